#pragma once

namespace espalier::bench {

/// What this machine can do at most on the threads of the run, measured.
struct Peak {
  double gflops = 0.0;  ///< fp32 multiply and add in registers, 1e9 operations a second
  double gbytes = 0.0;  ///< a[i] = b[i] + s c[i] over arrays beyond the caches, 1e9 bytes a second
};

/// Best of several short loops, about half a second. Takes 192 MiB for a moment: read the
/// process' peak memory before. REQUIRES blas::set_threads, from this thread.
Peak measure_peak();

}  // namespace espalier::bench
