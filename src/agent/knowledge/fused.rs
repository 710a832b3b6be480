//! One order out of two: by words and by meaning.
//!
//! Scores of the two cannot be compared, places can: reciprocal rank fusion (Cormack, Clarke, Büttcher, 2009).

/// How much the first places are ahead of those behind them: the paper's figure, which it found to hardly matter.
const K: f64 = 60.0;

/// Things by two orders, each best first, in one: what stands high in either comes first, and what stands in both before it.
/// In doubt `words` decide.
pub(super) fn fused(words: &[usize], meanings: &[usize]) -> Vec<usize> {
    let mut all: Vec<(f64, usize)> = Vec::with_capacity(words.len() + meanings.len());
    for order in [words, meanings] {
        for (place, thing) in order.iter().enumerate() {
            let share = 1.0 / (K + place as f64 + 1.0);
            match all.iter_mut().find(|(_, known)| known == thing) {
                Some((score, _)) => *score += share,
                None => all.push((share, *thing)),
            }
        }
    }
    // Stable: of equals the one that words found stands first already.
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().map(|(_, thing)| thing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_both_comes_before_what_one_alone_puts_first() {
        assert_eq!(fused(&[1, 2, 3], &[]), [1, 2, 3], "without meanings nothing changes");
        assert_eq!(fused(&[], &[7, 8]), [7, 8]);
        assert_eq!(fused(&[1, 2], &[9, 2]), [2, 1, 9]);
        assert_eq!(fused(&[1, 2], &[2, 1]), [1, 2], "in doubt words decide");
    }
}
