#pragma once

#include "testing/run_checks.hpp"
#include "testing/subject.hpp"

/// The checks of tasks, one file each; the table in check_task.cpp gives them their names and
/// order.
namespace espalier::testing {

/// Head and loss can be recorded for batches of 1, 2 and 7; predictions have the same row shape in
/// all of them, and everything is finite.
Answer check_task_shapes(const TaskSubject& subject);
/// Derivatives of the loss in the features and in every parameter, against central differences.
Answer check_task_gradients(const TaskSubject& subject);
/// A row's prediction does not depend on the rows beside it (in evaluation).
Answer check_predictions_of_rows(const TaskSubject& subject);
/// The loss of a batch is the mean of the losses of its rows.
Answer check_loss_of_rows(const TaskSubject& subject);
/// Rows without a label change neither the loss nor a gradient.
Answer check_missing_labels(const TaskSubject& subject);
/// Rows without a label change no measure.
Answer check_missing_in_metrics(const TaskSubject& subject);
/// A batch without any label has a finite loss and finite gradients; one without rows changes no
/// measure.
Answer check_empty_batch(const TaskSubject& subject);
/// Two batches measure what they measure as one, and a metric is its sums.
Answer check_metric_merging(const TaskSubject& subject);
/// 32 examples, each with features that can be learned, are learned by heart.
Answer check_overfit(const TaskSubject& subject);
/// The same seed gives the same bits, also to another object.
Answer check_task_determinism(const TaskSubject& subject);
/// The plugin linked and the plugin loaded give the same bits.
Answer check_task_static_dynamic(const TaskSubject& subject);

}  // namespace espalier::testing
