//! What happens around every request.

mod observe;
mod same_origin;

pub use observe::observe;
pub use same_origin::same_origin;
