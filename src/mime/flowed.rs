//! `format=flowed`: lines that were broken for the way are joined to paragraphs again. RFC 3676 §4.

/// Joins what flows. `delete_space`: the blank before a soft break is not text (DelSp, for writing without blanks).
///
/// Quoted lines keep their depth, each paragraph behind its `>`. The line before a signature never flows.
pub(super) fn joined(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = None; // the depth of a paragraph whose last line flows on
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let quoted = &line[depth..];
        let content = quoted.strip_prefix(' ').unwrap_or(quoted);
        let is_mark = content == "-- ";
        if open == Some(depth) && !is_mark {
            // The line end that waits is a soft one.
            out.pop();
        } else {
            out.push_str(&line[..depth]);
            // A line that was stuffed because it begins like a quote must not become one.
            if (depth > 0 && !content.is_empty()) || (depth == 0 && content.starts_with('>')) {
                out.push(' ');
            }
        }
        let flows = content.ends_with(' ') && !is_mark;
        out.push_str(if flows && delete_space { &content[..content.len() - 1] } else { content });
        out.push_str(end);
        open = (flows && !end.is_empty()).then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paragraphs_are_joined_and_quotes_keep_their_depth() {
        for (text, want) in [
            ("Dear \nAda,\n\nyes. \nNo.\n", "Dear Ada,\n\nyes. No.\n"),
            ("> one \n> two\n>> three \n>> four\nfive \nsix", "> one two\n>> three four\nfive six"),
            ("> one \nmine", "> one \nmine"),
            ("mine \n> one", "mine \n> one"),
            ("bye \n-- \nAda \nL", "bye \n-- \nAda L"),
            ("> -- \n> Ada", "> -- \n> Ada"),
            (" From here\n  two blanks\n >no quote", "From here\n two blanks\n >no quote"),
            (">\n> a", ">\n> a"),
            (">>text", ">> text"),
            ("flows to the end ", "flows to the end "),
            ("a \n\nb", "a \nb"),
            ("", ""),
        ] {
            assert_eq!(joined(text, false), want, "{text:?}");
        }
        assert_eq!(joined("東 \n京 \ntower", true), "東京tower");
        assert_eq!(joined("東  \n京", true), "東 京");
    }
}
