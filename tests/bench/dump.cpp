#include "dump.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include "core/text.hpp"
#include "experiment/safetensors.hpp"

namespace espalier::bench {
namespace {

using nlohmann::ordered_json;

template <class T>
void write_numbers(const std::string& path, const std::vector<T>& numbers) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size() * sizeof(T)));
  if (!file.flush()) throw std::runtime_error("expected to write " + path);
}

void write_rows(const ColumnData& column, std::span<const Index> rows, const std::string& stem) {
  const std::size_t count = rows.size() * static_cast<std::size_t>(column.sample.size());
  if (column.dtype == Dtype::floating) {
    std::vector<real> numbers(count);
    gather(column, rows, numbers.data());
    write_numbers(stem + ".f32", numbers);
  } else {
    std::vector<std::int32_t> numbers(count);
    gather(column, rows, numbers.data());
    write_numbers(stem + ".i32", numbers);
  }
}

void dump_batch(const Prepared& run, const std::string& folder, int step) {
  const RunState& now = run.trainer->state();
  for (const Stream& stream : run.data) {
    BatchOrder order(static_cast<std::uint64_t>(run.spec.seed), stream.name, stream.train.rows,
                     run.spec.train.batch);
    const auto rows = order.rows(now.epoch, now.step_in_epoch);
    const std::string stem = text::cat(folder, "/", step);
    write_rows(*stream.train.find(stream.input), rows, text::cat(stem, "-input-", stream.name));
    for (const int t : stream.tasks) {
      const RunTask& task = run.tasks[static_cast<std::size_t>(t)];
      write_rows(*stream.train.find(task.target), rows, text::cat(stem, "-target-", task.name));
    }
  }
}

}  // namespace

ordered_json streams_of(const Prepared& run) {
  ordered_json streams = ordered_json::array();
  for (const Stream& stream : run.data) {
    ordered_json tasks = ordered_json::array();
    for (const int t : stream.tasks) {
      const RunTask& task = run.tasks[static_cast<std::size_t>(t)];
      const ColumnData& target = *stream.train.find(task.target);
      tasks.push_back({{"name", task.name},
                       {"type", target.dtype == Dtype::floating ? "f32" : "i32"},
                       {"width", target.sample.size()}});
    }
    const Shape& sample = stream.train.find(stream.input)->sample;
    std::vector<Index> sizes;
    for (int axis = 0; axis < sample.rank(); ++axis) sizes.push_back(sample[axis]);
    streams.push_back({{"name", stream.name},
                       {"rows", run.spec.train.batch},
                       {"sample", sizes},
                       {"tasks", tasks}});
  }
  return streams;
}

ordered_json dump_steps(Prepared& run, const std::string& folder, int steps) {
  std::filesystem::create_directories(folder);
  write_safetensors(folder + "/initial.safetensors", model_tensors(*run.store), {});
  ordered_json losses = ordered_json::array();
  for (int step = 0; step < steps; ++step) {
    dump_batch(run, folder, step);
    run.trainer->step();
    ordered_json of_step;
    for (std::size_t t = 0; t < run.tasks.size(); ++t) {
      of_step[run.tasks[t].name] = run.trainer->losses()[t];
    }
    losses.push_back(of_step);
  }
  return losses;
}

}  // namespace espalier::bench
