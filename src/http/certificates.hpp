#pragma once

#include "http/endpoint_options.hpp"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace contego::http {

/// Holds the TLS context of an endpoint, and makes a new one when one of its files changes.
///
/// Open connections keep the context that they began with; only new connections use the new files. If the
/// files cannot be read, the former context stays in use, and the next connection tries them again. That
/// happens, for example, while the key of a new certificate is still being copied.
class certificates {
public:
    explicit certificates(tls_options options) : options_(std::move(options)) {}

    /// Returns the context for a new connection, or nullptr if none could be made so far; `problem` says why.
    std::shared_ptr<boost::asio::ssl::context> current();

    /// Returns why the present files are not in use. Empty if they are in use.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    using times = std::vector<std::filesystem::file_time_type>;

    tls_options options_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    times read_at_;
    std::string problem_;
};

/// Makes a TLS context from these options. Throws boost::system::system_error whose what() names the setting
/// and the file.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_context(const tls_options& options);

} // namespace contego::http
