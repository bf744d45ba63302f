#pragma once

#include "http/endpoint_options.hpp"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace contego::http {

/// The TLS context of an endpoint, made anew when one of its files changed.
///
/// A context in use lives on in its connections; only new connections see the new files. Files that cannot be
/// read, such as a certificate whose key is still being copied, leave the former context in use and are tried
/// again for the next connection.
class certificates {
public:
    explicit certificates(tls_options options) : options_(std::move(options)) {}

    /// The context for a new connection; nullptr where none could be made yet, `problem` says why.
    std::shared_ptr<boost::asio::ssl::context> current();

    /// Why the files as they are now are not in use; empty where they are.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    using times = std::vector<std::filesystem::file_time_type>;

    tls_options options_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    times read_at_;
    std::string problem_;
};

/// A context of these options. Throws boost::system::system_error whose what() names the file.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_context(const tls_options& options);

} // namespace contego::http
