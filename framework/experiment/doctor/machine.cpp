#include <sys/sysinfo.h>

#include <thread>

#include "core/text.hpp"
#include "experiment/doctor/cpu.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

void examine_machine(Patient& patient) {
  const Cpu cpu = read_cpu(patient.cpuinfo);
  patient.fine("machine", text::cat(cpu.model.empty() ? "a processor without a name" : cpu.model,
                                    ", ", std::thread::hardware_concurrency(), " cores, ",
                                    to_string(cpu.vectors), cpu.amx ? ", AMX" : ""));
  struct sysinfo memory {};
  if (::sysinfo(&memory) != 0) return;
  const double unit = memory.mem_unit;
  // Without what the system would give back.
  const double free = unit * static_cast<double>(memory.freeram + memory.bufferram);
  const double total = unit * static_cast<double>(memory.totalram);
  patient.fine("memory",
               text::cat(text::bytes(total), ", of which ", text::bytes(free), " lie idle"));
}

}  // namespace espalier
