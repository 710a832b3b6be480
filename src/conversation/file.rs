//! Decides which conversation a mail belongs to.

use super::{Arrival, Destination, Filing, Found};

/// The decision, as the store calls it inside its own write.
pub type FileFn = fn(&Arrival, &Destination, &Found) -> Filing;
