//! Turns logging on.

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Why logging could not be turned on.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `log.level` is no filter.
    #[error("`log.level` is neither a level nor a filter: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody did before.
    #[error("logging is on already")]
    Twice,
}

/// Sends log lines to standard error, as text or as JSON. `REPLYD_LOG` in the environment overrides `level`.
///
/// # Errors
/// See [`LogError`].
pub fn init(log: &Log) -> Result<(), LogError> {
    let filter = filter(&std::env::var("REPLYD_LOG").unwrap_or_else(|_| log.level.clone()))?;
    // A line that cannot be written is lost, and no more: complaining about it on the same standard error would panic, and
    // end the connection that had something to say.
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let done = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
    };
    done.map_err(|_| LogError::Twice)
}

/// A lone level is ours; other people's crates then only warn.
fn filter(level: &str) -> Result<EnvFilter, LogError> {
    let level = level.trim();
    let is_level = ["error", "warn", "info", "debug", "trace", "off"].contains(&level.to_ascii_lowercase().as_str());
    let words = match level.to_ascii_lowercase().as_str() {
        "off" | "error" => level.to_owned(),
        _ if is_level => format!("warn,replyd={level}"),
        _ => level.to_owned(),
    };
    Ok(EnvFilter::try_new(words)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_or_a_filter_is_taken_and_nonsense_is_not() {
        for level in ["info", "OFF", "warn,replyd::store=trace"] {
            assert!(filter(level).is_ok(), "{level}");
        }
        assert_eq!(filter("debug").unwrap().to_string().split(',').count(), 2);
        assert!(filter("replyd=loud").is_err());
    }
}
