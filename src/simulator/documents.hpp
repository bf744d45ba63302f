#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::simulator {

/// The WSDL and schemas that describe the simulator, by file name. Immutable.
class documents {
public:
    /// Uses the files that config/wsdl had at build time.
    documents();

    /// Uses the files of a directory. Throws std::runtime_error if it cannot be read or has no WSDL.
    explicit documents(const std::string& directory);

    /// Returns the WSDL of an area, with `address` (`http://host:port`) in place of its own scheme and host.
    /// Returns nullopt if there is none.
    [[nodiscard]] std::optional<std::string> wsdl(std::string_view area, std::string_view address) const;

    /// Returns a schema, or nullopt if there is none of this name.
    [[nodiscard]] std::optional<std::string> schema(std::string_view file) const;

private:
    std::map<std::string, std::string, std::less<>> files_;
};

} // namespace contego::simulator
