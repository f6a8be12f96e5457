//! What goes over the wire of the live feed, shared by server, browser and everyone else. `/docs/live` tells third parties
//! the same.
//!
//! State, not events: a frame takes a page of a board from the state that the client has to the newest one. So whatever is
//! lost or skipped on the way, the worst case is one snapshot of what is on the screen.
//!
//! - `row`, `leaderboard`: the rows, and the plain feed that pushes them whole
//! - `page`: a page of rows and its digest · `delta`: from one state of a page to another
//! - `message`: what clients and servers say · `codec`: as binary or as JSON · `close`: why a socket ends
//! - `mirror`: what a client knows: sans-IO, so that browser, load generator and tests run the very same

mod close;
mod codec;
mod delta;
mod leaderboard;
mod message;
mod mirror;
mod page;
mod row;

pub use close::Close;
pub use codec::{CodecError, Format};
pub use delta::{Broken, Edit, Ranks, apply, diff};
pub use leaderboard::{Leaderboard, Tag};
pub use message::{
    ClientMessage, Delta, Follow, Hello, Known, Me, MyStanding, Notice, PageRef, Refused, ServerMessage, Snapshot, Unwatch, Watch, Watching,
};
pub use mirror::{Change, Mirror, PageKey, Seen, pages_of};
pub use page::{Digest, PAGE_ROWS, digest};
pub use row::Row;

/// The longest message that a client may send, in bytes.
pub const MAX_MESSAGE: usize = 16 * 1024;
/// Views that one socket may have at a time: the lobby's boards, and some to spare.
pub const MAX_VIEWS: usize = 32;
/// The most rows of one view.
pub const MAX_VIEW_ROWS: u32 = 200;
