//! Which known key a misspelt one was meant to be.

use std::collections::BTreeSet;

/// The nearest known key to `leaf` in `table`: a neighbour by its own name, one of another table by its full name.
pub(super) fn nearest(known: &BTreeSet<String>, table: &str, leaf: &str) -> Option<String> {
    let (neighbours, others): (Vec<&String>, Vec<&String>) =
        known.iter().partition(|key| split(key).0 == table && !key.is_empty());
    let beside = neighbours
        .iter()
        .map(|key| split(key).1)
        .filter_map(|name| Some((closeness(name, leaf)?, name)))
        .min()
        .map(|(_, name)| name.to_owned());
    // A key that is right but stands in the wrong table: `hostname` above the first header.
    beside.or_else(|| others.iter().find(|key| split(key).1 == leaf && key.as_str() != leaf).map(|key| (*key).clone()))
}

fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

/// No key of ours is half as long; a longer one is not compared.
const WRITTEN_BYTES_MAX: usize = 100;

/// How near two names are, smaller is nearer; `None` when nobody would mistake one for the other.
fn closeness(known: &str, written: &str) -> Option<usize> {
    if written.len() > WRITTEN_BYTES_MAX {
        return None;
    }
    let written = written.to_lowercase().replace('-', "_");
    // `connect_timeout` for `connect_timeout_secs`: the unit was left out.
    if known.strip_prefix(&written).is_some_and(|rest| rest.starts_with('_')) {
        return Some(1);
    }
    let distance = distance(known, &written);
    let tolerated = (written.chars().count().max(known.len()) / 3).clamp(1, 3);
    (distance <= tolerated).then_some(distance)
}

/// How many characters must be put in, taken out, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // table[i][j]: between the first i characters of a and the first j of b.
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                table[i][j] = i + j;
                continue;
            }
            let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    table[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        ["smtp", "limits", "smtp.hostname", "limits.connections_max", "limits.command_timeout_secs", "address.name"]
            .map(str::to_owned)
            .into()
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_key() {
        assert_eq!(nearest(&known(), "limits", "conections_max").as_deref(), Some("connections_max"));
        assert_eq!(nearest(&known(), "limits", "Connections-Max").as_deref(), Some("connections_max"));
        assert_eq!(nearest(&known(), "", "limit").as_deref(), Some("limits"));
    }

    #[test]
    fn a_forgotten_unit_finds_its_key() {
        assert_eq!(nearest(&known(), "limits", "command_timeout").as_deref(), Some("command_timeout_secs"));
    }

    #[test]
    fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
        assert_eq!(nearest(&known(), "", "hostname").as_deref(), Some("smtp.hostname"));
    }

    #[test]
    fn nothing_is_suggested_when_nothing_is_near() {
        assert_eq!(nearest(&known(), "limits", "colour"), None);
    }
}
