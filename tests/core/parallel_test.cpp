#include "core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/floating_point.hpp"
#include "core/threads.hpp"

using namespace espalier;
using test::Threads;

TEST_CASE("every item is visited once, in contiguous pieces") {
  for (const int threads : {1, 2, 3}) {
    const Threads set(threads);
    CHECK(parallel::threads() == threads);
    for (const Index count : {0, 1, 2, 5, 64, 1000, 100000}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      std::atomic<int> pieces{0};
      parallel::for_pieces(count, 1, [&](int piece, Index begin, Index end) {
        CHECK(begin == parallel::piece_begin(count, parallel::pieces(count, 1), piece));
        ++pieces;
        for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
      });
      CHECK(pieces == parallel::pieces(count, 1));
      for (const auto& visit : visits) CHECK(visit == 1);
    }
  }
}

TEST_CASE("no piece is smaller than the grain") {
  const Threads set(4);
  CHECK(parallel::pieces(7, 4) == 1);
  CHECK(parallel::pieces(8, 4) == 2);
  CHECK(parallel::pieces(1000, 4) == 4);
  CHECK(parallel::pieces(0, 4) == 1);
}

TEST_CASE("numbers are split at whole vectors") {
  const Threads set(3);
  const Index count = 1000003;
  for (int piece = 1; piece < 3; ++piece) CHECK(parallel::piece_begin(count, 3, piece) % 64 == 0);
}

TEST_CASE("a loop inside a piece runs there") {
  const Threads set(2);
  std::atomic<Index> total{0};
  parallel::for_pieces(4, 1, [&](int, Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      parallel::for_pieces(10, 1, [&](int, Index b, Index e) { total += e - b; });
    }
  });
  CHECK(total == 40);
}

TEST_CASE("worker threads flush subnormals") {
  const Threads set(2);
  std::atomic<int> flushing{0}, there{0};
  flush_subnormals();
  parallel::for_pieces(2, 1, [&](int, Index, Index) {
    ++there;
    while (there < 2) std::this_thread::yield();  // so that each thread takes one
    flushing += flushes_subnormals() ? 1 : 0;
  });
  CHECK(flushing == 2);
}

TEST_CASE("every thread prepares before it is counted among the threads") {
  static std::atomic<int> prepared{0};
  parallel::prepare_threads_with([] { ++prepared; });
  const Threads set(4);
  CHECK(prepared == 3);
}

TEST_CASE("loops of changing sizes follow each other, whoever takes their pieces") {
  const Threads set(3);
  std::vector<int> visits(97);
  for (int round = 0; round < 3000; ++round) {
    const Index count = 1 + round % 97;
    parallel::for_pieces(count, 1 + round % 5, [&](int, Index begin, Index end) {
      for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
  }
  for (std::size_t i = 0; i < visits.size(); ++i) {
    int expected = 0;
    for (int round = 0; round < 3000; ++round)
      expected += static_cast<int>(i) <= round % 97 ? 1 : 0;
    CHECK(visits[i] == expected);
  }
}

TEST_CASE("what a piece throws is thrown by the loop, after all pieces") {
  const Threads set(3);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> done{0};
    CHECK_THROWS_WITH_AS(parallel::for_pieces(3, 1,
                                              [&](int piece, Index, Index) {
                                                ++done;
                                                if (piece == round % 3)
                                                  throw std::runtime_error("in a piece");
                                              }),
                         "in a piece", std::runtime_error);
    CHECK(done == 3);
    parallel::for_pieces(3, 1, [&](int, Index, Index) { ++done; });
    CHECK(done == 6);
  }
}

TEST_CASE("many short loops follow each other") {
  const Threads set(2);
  std::atomic<int> sum{0};
  for (int k = 0; k < 5000; ++k) parallel::for_pieces(2, 1, [&](int, Index, Index) { ++sum; });
  CHECK(sum == 10000);
}
