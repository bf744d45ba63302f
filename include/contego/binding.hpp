#pragma once

#include <contego/call_interpretation.hpp>
#include <contego/call_item.hpp>
#include <contego/command.hpp>
#include <contego/exchange.hpp>
#include <contego/interpretation.hpp>
#include <contego/limits.hpp>
#include <contego/login_answer.hpp>
#include <contego/named_reply.hpp>
#include <contego/plural_rule.hpp>
#include <contego/prepared_call.hpp>
#include <contego/prepared_command.hpp>
#include <contego/secret_use.hpp>
#include <contego/sending.hpp>
#include <contego/site.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace contego {

namespace wire {
struct compiled_command;
struct site_values;
} // namespace wire

/// One mistake in a binding file: `line 14: command ADD_SUBSCRIPTIONS: service_ca_id is mandatory but never
/// used`.
struct binding_error {
    std::size_t line = 0; ///< from 1; if something is absent, the line of the element that lacks it
    std::string reason;

    friend bool operator==(const binding_error&, const binding_error&) = default;
};

/// All wire names of a site, compiled from its binding file. It renders commands as envelopes, and interprets
/// exchanges as replies.
///
/// Immutable after `compile`; any number of threads may call its members at the same time. Copies share their
/// data. docs/binding.md describes the file format.
class binding {
public:
    /// Compiles the text of a binding file. Returns all mistakes, ordered by line, if there is any.
    [[nodiscard]] static std::variant<binding, std::vector<binding_error>> compile(std::string_view xml);

    /// Returns the limits of the site, including which commands it supports. `prepare` and `interpret` accept
    /// only supported commands.
    [[nodiscard]] const contego::limits& limits() const;

    /// Returns whether sending the command twice leaves the CAS as sending it once does. False for an
    /// unsupported command.
    [[nodiscard]] bool repeat_safe(command_type type) const;

    /// Returns the secrets that the file uses, by name.
    [[nodiscard]] const std::map<std::string, secret_use>& secrets() const;

    /// Returns whether a command or the login is sent with an HTTP header of this name, which is in lower
    /// case.
    [[nodiscard]] bool sends_header(std::string_view name) const;

    /// Returns the remarks of the compilation: sentences about parts of the file that are no mistakes, but
    /// should be changed. Ordered by line.
    [[nodiscard]] const std::vector<binding_error>& remarks() const;

    /// Returns this binding for a site. A binding without a site, or a secret that the site lacks, renders an
    /// empty text in place of the secret.
    [[nodiscard]] binding at(site s) const;

    /// Renders the envelope of a planned command, and the text of the envelope that is stored. `now` fills
    /// the placeholders for ids and the time.
    [[nodiscard]] prepared_command prepare(const command& c, const sending& now) const;

    /// Returns the binding's own HTTP headers as prepare() renders them, with every secret as `****`.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> masked_headers(const command& c,
                                                                                  const sending& now) const;

    /// Interprets an exchange as the reply to a command that was prepared for this sending, and returns the
    /// text of the answer that is stored.
    ///
    /// The envelope decides about a SOAP fault, not the HTTP status. An answer that the binding file does not
    /// cover is `hold`. If no answer came, or that of another request, the reply is `retry` for a repeat-safe
    /// command. Otherwise it is `hold` with `MAYBE_SENT`. A secret of `c` or of the site in a text of the CAS
    /// is shown as `****`. The time is linear in the size of the body.
    [[nodiscard]] interpretation interpret(const command& c, const sending& sent, const exchange& e) const;

    /// Does the same for an answer whose sending is not known, such as a sample in a file. No correlation is
    /// checked.
    [[nodiscard]] interpretation interpret_alone(const command& c, const exchange& e) const;

    /// Returns how requests share the calls of this command; nullptr if each request has its own call.
    [[nodiscard]] const plural_rule* plural(command_type type) const;

    /// Returns the most requests in a call of any command: 1 if no call is shared.
    [[nodiscard]] std::size_t most_in_call() const;

    /// Returns a text that is equal for two commands if and only if they may share a call. It shows secrets.
    /// Precondition: the command is plural.
    [[nodiscard]] std::string likeness(const command& c) const;

    /// Renders the call of several commands that may share it. Values outside the repeated element are those
    /// of the first command.
    [[nodiscard]] prepared_call prepare(std::span<const call_item> items) const;

    /// Interprets an exchange as the answer to that call. A command whose smartcard is not named in an answer
    /// with items is held. Otherwise each reply is as interpret() says.
    [[nodiscard]] call_interpretation interpret(std::span<const call_item> items, const exchange& e) const;

    /// Returns the items of an answer, in their order. Empty if it has none.
    [[nodiscard]] std::vector<named_reply> items_in(const command& c, const exchange& e) const;

    /// Returns whether the command carries the token of a session, so that a login goes before it.
    [[nodiscard]] bool uses_session(command_type type) const;

    /// Returns how long a session lasts, from the time at which its login was sent. 0: until an answer says
    /// that it has expired.
    [[nodiscard]] std::chrono::seconds session_lifetime() const;

    /// Renders the login. Precondition: a command uses a session.
    [[nodiscard]] envelope prepare_login(const sending& now) const;

    /// Interprets an exchange as the answer to the login of this sending. No secret of the site and no token
    /// is in its texts. Precondition: a command uses a session.
    [[nodiscard]] login_answer interpret_login(const sending& sent, const exchange& e) const;

    struct compiled; ///< used only in src/binding

private:
    explicit binding(std::shared_ptr<const compiled> c);

    [[nodiscard]] interpretation interpret(const command& c, const sending* sent, const exchange& e) const;
    [[nodiscard]] std::string in_utf_8(std::string masked) const;
    [[nodiscard]] prepared_command
    prepared(const wire::compiled_command& known, const value::object& parameters, const sending& now) const;

    std::shared_ptr<const compiled> compiled_;
    std::shared_ptr<const wire::site_values> here_;
};

} // namespace contego
