#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::simulator {

/// The WSDL and schemas that the simulator describes itself with, by file name. Immutable.
class documents {
public:
    /// Those of config/wsdl at the time of building.
    documents();

    /// Those of a directory; throws std::runtime_error when it cannot be read or holds none.
    explicit documents(const std::string& directory);

    /// The WSDL of an area, with `address` (`http://host:port`) in place of its own scheme and host.
    [[nodiscard]] std::optional<std::string> wsdl(std::string_view area, std::string_view address) const;

    [[nodiscard]] std::optional<std::string> schema(std::string_view file) const;

private:
    std::map<std::string, std::string, std::less<>> files_;
};

} // namespace contego::simulator
