//! What happens around every request.

mod audit;
mod cross_origin;
mod observe;
mod rate_limit;
mod same_origin;
mod security_log;
mod server_function_status;
mod spell_out;
mod strict_transport;
mod visitor;

pub use audit::{REASON, audit};
pub use cross_origin::{cross_origin, silent_to_others};
pub use observe::observe;
pub use rate_limit::rate_limit;
pub use same_origin::same_origin;
pub use security_log::Refused;
pub use server_function_status::server_function_status;
pub use spell_out::spell_out;
pub use strict_transport::strict_transport;
pub use visitor::visitor;
