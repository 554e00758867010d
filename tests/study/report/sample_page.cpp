// Writes the reports of sample studies into a folder, for the tests that read files:
//   report_sample FOLDER
#include <fstream>
#include <iostream>

#include "sample.hpp"
#include "study/report/report.hpp"

using espalier::report_tests::Json;

namespace {

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_all(const std::string& folder, const std::string& name, const Json& results) {
  const std::string stem = folder + "/" + name;
  write(stem + ".json", results.dump());
  write(stem + ".html", espalier::html_report(results));
  write(stem + ".md", espalier::markdown_report(results));
  write(stem + ".csv", espalier::csv_report(results));
  write(stem + ".tex", espalier::tex_report(results));
  for (const auto& figure : espalier::figures(results)) {
    write(stem + "." + figure.name + ".svg", figure.svg);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "report_sample FOLDER\n";
    return 2;
  }
  using namespace espalier::report_tests;
  write_all(argv[1], "plain", plain_sample());
  write_all(argv[1], "hostile", hostile_sample());
  write_all(argv[1], "empty", Json::object());
  std::vector<std::string> contenders = {"each task alone"};
  for (const char* balance : {"equal", "uncertainty", "dwa", "pcgrad", "cagrad", "nash", "mgda",
                              "gradnorm", "imtl", "a rather long name of a contender, cut"}) {
    contenders.push_back(std::string("hard, ") + balance);
  }
  write_all(argv[1], "wide",
            Sample(contenders, {"letters", "age", "digits", "kind", "fashion"}, 5000).json());
}
