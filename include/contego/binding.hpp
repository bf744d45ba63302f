#pragma once

#include <contego/command.hpp>
#include <contego/envelope.hpp>
#include <contego/exchange.hpp>
#include <contego/limits.hpp>
#include <contego/reply.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego {

/// One mistake in a binding file: `line 14: command ADD_SUBSCRIPTIONS: service_ca_id is mandatory and never
/// used`.
struct binding_error {
    std::size_t line = 0; ///< from 1; 0 where the mistake is the absence of something
    std::string reason;

    friend bool operator==(const binding_error&, const binding_error&) = default;
};

/// Every wire name of a site, compiled from its binding file: command in, envelope out; exchange in, reply
/// out.
///
/// Immutable after `compile`; all members may be called from any number of threads at once. Copies share.
/// The file format is documented in docs/binding.md.
class binding {
public:
    /// Compiles the text of a binding file; all mistakes are reported, sorted by line.
    [[nodiscard]] static std::variant<binding, std::vector<binding_error>> compile(std::string_view xml);

    /// Also says which commands the file has: `render`, `read` and the like take only those.
    [[nodiscard]] const contego::limits& limits() const;

    /// Whether sending the command twice leaves the CAS as sending it once does. False for a command that the
    /// file lacks.
    [[nodiscard]] bool repeat_safe(command_type type) const;

    /// The envelope of a planned command. `request_id` fills the placeholder `{request.id}`.
    [[nodiscard]] envelope render(const command& c, std::int64_t request_id) const;

    /// The same body with every secret shown as `****`, as UTF-8 whatever goes over the wire: what is stored.
    [[nodiscard]] std::string render_masked(const command& c, std::int64_t request_id) const;

    /// What an exchange means for a command that was rendered for that request: a SOAP fault is decided by
    /// the envelope, not by the HTTP status; what the file does not know is `hold`; sent without an answer,
    /// or with that of another request, is `retry` only for a repeat-safe command, else `hold` with
    /// `MAYBE_SENT`. If a text of the CAS repeats a secret of `c`, it is shown as `****`. Linear in the size
    /// of the body.
    [[nodiscard]] reply read(const command& c, std::int64_t request_id, const exchange& e) const;

    /// The answer's body, or what came in its place, as valid UTF-8 without NUL, at most 1 MiB, and with
    /// every secret of `c` shown as `****`: what is stored. A body that repeats a secret in a way that cannot
    /// be cut out is withheld as a whole, and a notice stands in its place.
    [[nodiscard]] std::string storable(const command& c, const exchange& e) const;

    struct compiled; ///< src/binding only

private:
    explicit binding(std::shared_ptr<const compiled> c) : compiled_(std::move(c)) {}

    std::shared_ptr<const compiled> compiled_;
};

} // namespace contego
