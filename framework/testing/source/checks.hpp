#pragma once

#include "testing/dataset_difference.hpp"
#include "testing/run_checks.hpp"
#include "testing/source_subject.hpp"

/// The checks of sources, one file each; the table in check_source.cpp gives them their names and
/// order.
namespace espalier::testing {

/// Columns hold as many numbers as their rows, labels are in range, inputs finite; there is an
/// input; both parts have the same columns; a part that YAML does not name has no rows.
Answer check_columns(const SourceSubject& subject);
/// A part that is a number of rows has so many, be it one.
Answer check_source_rows(const SourceSubject& subject);
/// Reading again, in another order and by another object gives the same bits and digest.
Answer check_source_determinism(const SourceSubject& subject);
/// The test rows are not the training rows.
Answer check_test_rows(const SourceSubject& subject);
/// Another seed gives other rows.
Answer check_seed(const SourceSubject& subject);
/// Where an option, or the part, changes the columns, it changes the digest.
Answer check_digest(const SourceSubject& subject);
/// The plugin linked and the plugin loaded give the same bits.
Answer check_source_static_dynamic(const SourceSubject& subject);

}  // namespace espalier::testing
