#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/floating_point.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

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

std::vector<void (*)()>& preparations() {
  static std::vector<void (*)()> all;
  return all;
}

/// Threads that wait for a job, take pieces of it, and wait again. Whoever is awake takes the next
/// piece, the caller too: on a busy machine a thread that gets no core holds up nothing. Who takes
/// a piece does not matter to what it writes.
class Pool {
 public:
  explicit Pool(int workers) {
    try {
      for (int w = 1; w <= workers; ++w) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      const std::size_t started = workers_.size();
      end();
      throw RunFailure(text::cat("[threads] expected to start ", workers, " threads, found that ",
                                 started, " is the most: ", error.what()));
    }
    for (int ready = 0; ready < workers; ready = done_.load(std::memory_order_acquire)) {
      done_.wait(ready);
    }
  }
  ~Pool() { end(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(Index count, int pieces, Body body, void* context) {
    count_.store(count, kRelaxed);
    body_.store(body, kRelaxed);
    context_.store(context, kRelaxed);
    done_.store(0, kRelaxed);
    next_job(pieces);
    take_pieces(job_.load(kRelaxed));
    for (int done = done_.load(std::memory_order_acquire); done != pieces;
         done = done_.load(std::memory_order_acquire)) {
      if (!spin([&] { return done_.load(std::memory_order_acquire) == pieces; })) done_.wait(done);
    }
    if (thrown_.exchange(false)) std::rethrow_exception(std::exchange(exception_, nullptr));
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  static constexpr unsigned kPieceBits = 16;
  static constexpr std::uint64_t kPieceMask = (std::uint64_t{1} << kPieceBits) - 1;

  void next_job(int pieces) {
    const std::uint32_t job = job_.load(kRelaxed) + 1;
    next_.store(std::uint64_t{job} << 2 * kPieceBits | static_cast<std::uint64_t>(pieces)
                                                           << kPieceBits,
                std::memory_order_release);
    job_.store(job);  // before notify_all looks whether somebody waits
    job_.notify_all();
  }

  void end() {
    stop_ = true;
    next_job(0);
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  // What a job consists of may be read while the next one is written, whose word is not there yet:
  // that of the old one has no pieces left. Where the exchange succeeds, the job was under way when
  // the rest was read, and a job ends only after the pieces taken of it.
  void take_pieces(std::uint32_t job) {
    while (true) {
      std::uint64_t next = next_.load(std::memory_order_acquire);
      const auto piece = static_cast<int>(next & kPieceMask);
      const auto pieces = static_cast<int>(next >> kPieceBits & kPieceMask);
      if (next >> 2 * kPieceBits != job || piece >= pieces) return;
      const Index count = count_.load(kRelaxed);
      const Body body = body_.load(kRelaxed);
      void* const context = context_.load(kRelaxed);
      if (!next_.compare_exchange_strong(next, next + 1, std::memory_order_acq_rel)) continue;
      const Range range = range_of(count, pieces, piece);
      try {
        body(context, piece, range.begin, range.end);
      } catch (...) {  // thrown again by `run`, once nobody works on the job
        if (!thrown_.exchange(true)) exception_ = std::current_exception();
      }
      if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == pieces) done_.notify_all();
    }
  }

  void work() {
    flush_subnormals();
    for (void (*const prepare)() : preparations()) prepare();
    done_.fetch_add(1, std::memory_order_acq_rel);
    done_.notify_all();
    std::uint32_t seen = 0;
    while (true) {
      const auto changed = [&] { return job_.load(std::memory_order_acquire) != seen; };
      while (!changed()) {
        if (!spin(changed)) job_.wait(seen);
      }
      seen = job_.load(std::memory_order_acquire);
      if (stop_) return;
      take_pieces(seen);
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
  std::atomic<std::uint32_t> job_{0};   // what workers wait for
  std::atomic<std::uint64_t> next_{0};  // (job, pieces, piece that nobody has taken)
  std::atomic<int> done_{0};            // pieces
  std::atomic<bool> stop_{false};
  std::atomic<Index> count_{0};
  std::atomic<Body> body_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<bool> thrown_{false};
  std::exception_ptr exception_;  // the first one of a job
};

std::unique_ptr<Pool>& pool() {
  static std::unique_ptr<Pool> only;
  return only;
}

std::atomic<bool> busy{false};

}  // namespace

void prepare_threads_with(void (*prepare)()) { preparations().push_back(prepare); }

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
