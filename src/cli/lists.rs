//! What lists have in common.

use serde_json::Value;

use super::{Context, Failure, paint};

/// One line for each row; with `--json` the rows as they are.
pub(super) fn rows(context: &Context, rows: &Value, line: impl Fn(&Value) -> String) -> Result<(), Failure> {
    if context.json {
        println!("{rows:#}");
        return Ok(());
    }
    for row in rows.as_array().into_iter().flatten() {
        println!("{}", paint::one_line(&line(row)));
    }
    Ok(())
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Milliseconds since 1970 as people write them.
pub(super) fn moment(value: &Value) -> String {
    value.as_u64().map(|millis| crate::web::view::moment(crate::types::Millis(millis))).unwrap_or_default()
}
