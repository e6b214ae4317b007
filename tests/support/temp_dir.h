#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace understudy::support {

// A fresh directory that goes when the test ends.
class TempDir {
 public:
  TempDir() {
    std::string path = (std::filesystem::temp_directory_path() / "understudy-XXXXXX").native();
    path_ = ::mkdtemp(path.data()) == nullptr ? std::string() : path;
  }
  ~TempDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace understudy::support
