//! New text apart from quoted text.
