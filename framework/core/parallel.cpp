#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/floating_point.hpp"

namespace espalier::parallel {

namespace {

constexpr Index kAlign = 64;  // pieces of numbers begin at whole cache lines and vectors

struct Range {
  Index begin, end;
};

Range range_of(Index count, int pieces, int piece) {
  return {piece_begin(count, pieces, piece),
          piece + 1 == pieces ? count : piece_begin(count, pieces, piece + 1)};
}

/// Threads that wait for a job, take the piece of their number, and wait again.
class Pool {
 public:
  explicit Pool(int workers) {
    for (int w = 1; w <= workers; ++w) workers_.emplace_back([this, w] { work(w); });
  }
  ~Pool() {
    stop_ = true;
    next_job();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(Index count, int pieces, Body body, void* context) {
    count_ = count;
    pieces_ = pieces;
    body_ = body;
    context_ = context;
    running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    next_job();
    take(0);
    for (int left = running_.load(std::memory_order_acquire); left != 0;
         left = running_.load(std::memory_order_acquire)) {
      if (!spin([&] { return running_.load(std::memory_order_acquire) == 0; })) running_.wait(left);
    }
  }

 private:
  void next_job() {
    job_.fetch_add(1, std::memory_order_release);
    job_.notify_all();
  }

  void take(int piece) {
    if (piece >= pieces_) return;
    const Range range = range_of(count_, pieces_, piece);
    body_(context_, piece, range.begin, range.end);
  }

  void work(int number) {
    flush_subnormals();
    unsigned seen = 0;
    while (true) {
      const auto changed = [&] { return job_.load(std::memory_order_acquire) != seen; };
      while (!changed()) {
        if (!spin(changed)) job_.wait(seen);
      }
      seen = job_.load(std::memory_order_acquire);
      if (stop_) return;
      take(number);
      if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_all();
    }
  }

  // A while of waiting awake: a step's loops follow each other closely. Yielding after that lets
  // other threads of the same core finish.
  template <class F>
  static bool spin(F done) {
    constexpr int kAwake = 2000, kYielding = 200;
    for (int k = 0; k < kAwake; ++k) {
      if (done()) return true;
      __builtin_ia32_pause();
    }
    for (int k = 0; k < kYielding; ++k) {
      if (done()) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::vector<std::thread> workers_;
  std::atomic<unsigned> job_{0};
  std::atomic<int> running_{0};
  std::atomic<bool> stop_{false};
  Index count_ = 0;
  int pieces_ = 0;
  Body body_ = nullptr;
  void* context_ = nullptr;
};

std::unique_ptr<Pool>& pool() {
  static std::unique_ptr<Pool> only;
  return only;
}

std::atomic<bool> busy{false};

}  // namespace

void set_threads(int threads) {
  if (threads == parallel::threads()) return;
  pool() = threads > 1 ? std::make_unique<Pool>(threads - 1) : nullptr;
}

int threads() { return pool() == nullptr ? 1 : pool()->threads(); }

Index piece_begin(Index count, int pieces, int piece) {
  const Index at = count * piece / pieces;
  return count >= 16 * kAlign * pieces ? at / kAlign * kAlign : at;
}

int pieces(Index count, Index grain) {
  return static_cast<int>(std::clamp<Index>(count / std::max<Index>(1, grain), 1, threads()));
}

void run(Index count, Index grain, Body body, void* context) {
  const int number = pieces(count, grain);
  if (number > 1 && !busy.exchange(true, std::memory_order_acquire)) {
    try {
      pool()->run(count, number, body, context);
    } catch (...) {
      busy.store(false, std::memory_order_release);
      throw;
    }
    busy.store(false, std::memory_order_release);
    return;
  }
  for (int piece = 0; piece < number; ++piece) {
    const Range range = range_of(count, number, piece);
    body(context, piece, range.begin, range.end);
  }
}

}  // namespace espalier::parallel
