//! Who may do what, and how they show who they are. Pure: no store, no clock, no request.
//!
//! 1. [`Permission`]: what there is to be allowed;
//! 2. [`Role`] and the [`table`]: which role may do it, in which environments, to which entries;
//! 3. [`Grant`] and [`Authority`]: which roles somebody has, where, and what follows for one act;
//! 4. [`Parts`]: the parts of an entry that a grant may be limited to;
//! 5. [`credential`], [`ticket`], [`seal`], [`password`], [`throttle`]: keys and tokens, what stands for them in URLs,
//!    what browsers keep, passwords, and how often one may guess.

pub mod credential;
mod grant;
mod parts;
pub mod password;
mod permission;
mod role;
pub mod seal;
pub mod table;
pub mod throttle;
pub mod ticket;

pub use grant::{Actor, Authority, Denied, Grant};
pub use parts::{Allowed, Outside, Parts};
pub use permission::{Permission, UnknownPermission};
pub use role::{EntryKind, EnvironmentClass, Role, Subject, UnknownRole};
