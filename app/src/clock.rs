//! The time, as the browser knows it.

use js_sys::Date;

/// A clock that never goes back, and does not stop while the machine sleeps.
pub struct Clock {
    read: f64,
    elapsed: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { read: Date::now(), elapsed: 0.0 }
    }
}

impl Clock {
    /// Milliseconds since it was made.
    pub fn now(&mut self) -> f64 {
        let read = Date::now();
        self.elapsed += (read - self.read).max(0.0);
        self.read = read;
        self.elapsed
    }
}
