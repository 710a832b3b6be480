//! Whether a tool is for these mails: of this address, of this customer, proved so well. Pure.

use super::Facts;
use crate::{
    agent::knowledge::SEGMENT_LEVEL_MIN,
    config::{Segment, Tool},
};

/// Says whether it is. `segments`: every `[[segment]]`.
///
/// # Errors
/// Why not, in words for people.
pub(super) fn permitted(tool: &Tool, facts: &Facts, segments: &[Segment]) -> Result<(), String> {
    if !tool.addresses.is_empty() && !tool.addresses.contains(&facts.address) {
        return Err("the tool is not for this support address".to_owned());
    }
    if !tool.segments.is_empty() && !is_in_one(tool, facts, segments) {
        return Err(format!("the tool is for contacts in {} only", tool.segments.join(", ")));
    }
    if facts.level < tool.level_min {
        let (has, needs) = (facts.level.as_u8(), tool.level_min.as_u8());
        return Err(format!("the mails have level {has}, the tool needs {needs}"));
    }
    Ok(())
}

/// A From that proved nothing is in no segment, and neither is a conversation in which others read along: as for pages. Here each of
/// the mails has to prove it, for each has a part in what a model does.
fn is_in_one(tool: &Tool, facts: &Facts, segments: &[Segment]) -> bool {
    let held = facts.reader.segments(segments);
    facts.level >= SEGMENT_LEVEL_MIN && tool.segments.iter().any(|name| held.contains(name.as_str()))
}
