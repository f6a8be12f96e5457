use leptos::prelude::*;
use std::time::Duration;

/// Does something a while after it is asked for: once, however often it is asked for until then, and not at all once the calling
/// component is gone.
pub fn later(pause: Duration, act: impl Fn() + Copy + 'static) -> impl Fn() + Copy {
    let is_due = StoredValue::new(false);
    move || {
        if !is_due.get_value() {
            is_due.set_value(true);
            set_timeout(
                move || {
                    if is_due.try_set_value(false).is_none() {
                        act();
                    }
                },
                pause,
            );
        }
    }
}
