use crate::game::Event;
use std::cell::RefCell;
use web_sys::{AudioContext, OscillatorType};

/// What one hears, where one wants to.
#[derive(Default)]
pub struct Sound(RefCell<Option<AudioContext>>);

impl Sound {
    /// Whether anything is to be heard. To be said at a click: browsers let nothing sound before.
    pub fn allow(&self, is_wanted: bool) {
        let mut context = self.0.borrow_mut();
        if is_wanted && context.is_none() {
            *context = AudioContext::new().ok();
        } else if let (false, Some(context)) = (is_wanted, context.take()) {
            // Browsers have few of these, and one that nobody refers to any more goes on.
            let _closed = context.close();
        }
    }

    /// What happened, as a sound of a tenth of a second.
    pub fn play(&self, event: Event) {
        let pitch = match event {
            // The more it is worth, the higher.
            Event::Hit(points) => 440.0 + points as f32,
            Event::Beside => 140.0,
            Event::Passed => 200.0,
        };
        // A device without sound is none to complain about.
        let _heard = self.0.borrow().as_ref().map(|context| beep(context, pitch));
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.allow(false);
    }
}

fn beep(context: &AudioContext, pitch: f32) -> Result<(), wasm_bindgen::JsValue> {
    let (tone, volume, now) = (context.create_oscillator()?, context.create_gain()?, context.current_time());
    tone.set_type(OscillatorType::Triangle);
    tone.frequency().set_value(pitch);
    volume.gain().set_value(0.15);
    volume.gain().linear_ramp_to_value_at_time(0.0, now + 0.1)?;
    tone.connect_with_audio_node(&volume)?;
    volume.connect_with_audio_node(&context.destination())?;
    tone.start()?;
    tone.stop_with_when(now + 0.1)
}
