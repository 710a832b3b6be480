#!/usr/bin/env bash
# How well questions are found and answered from deploy/sample-knowledge, beside SQLite's FTS5: a table.
# REPLYD_TEST_QUESTIONS=1 also tells each failure of the half that may be tuned with.
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo test --locked --lib -- --exact --nocapture \
    agent::knowledge::question_tests::questions_are_found_and_answered_and_near_misses_are_not
