#include "binding/compile.hpp"

#include "binding/compile_session.hpp"
#include "binding/compiled.hpp"
#include "binding/content_type.hpp"
#include "binding/namespaces.hpp"
#include "binding/parts.hpp"
#include <contego/parameter.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace contego::wire {
namespace {

bool has_success(const outcome_table& table) {
    return std::ranges::any_of(table.statuses,
                               [](const auto& row) { return row.second.is == outcome::success; });
}

// Returns whether the text is printable ASCII without the characters in `forbidden`, so that a request line
// or a header may contain it.
bool is_printable(std::string_view text, std::string_view forbidden) {
    return std::ranges::all_of(
        text, [&](char c) { return c >= ' ' && c <= '~' && forbidden.find(c) == std::string_view::npos; });
}

bool has_no_place(const skeleton& s, command_type type, std::string_view name) {
    const auto all = parameters_of(type);
    const auto at = std::ranges::find(all, name, &parameter::name) - all.begin();
    return (s.without_place >> at & 1U) != 0;
}

std::string all_codes() {
    std::string codes;
    for (const auto type : command_types)
        (codes += ' ') += name_of(type);
    return codes;
}

class binding_reader {
public:
    binding_reader(source& file, binding::compiled& out)
        : file_(file), out_(out), parts_(file), formats_(file), digests_(file, formats_) {}

    void read() {
        const auto root = file_.root();
        if (!root) return;
        if (!is(root, "binding", binding_namespace)) {
            file_.mistake(root, "the root must be the element binding of " + std::string(binding_namespace));
            return;
        }
        read_root(root);
        if (session_) read_session(session_);
        for (const auto command : commands_)
            read_command(command);
        parts_.check_use();
        check_complete();
    }

private:
    // Limits and common rows may be anywhere in the file. Commands need both, so they are read last.
    void read_root(pugi::xml_node root) {
        file_.allow_attributes(root, {"name", "soap", "ignores"});
        // A row or a header may use the session before the session itself.
        if (root.find_child([](auto child) { return local_of(child.name()) == "session"; }))
            file_.set_session(false);
        read_version(root);
        ignored_ = compile_ignored(file_, root, command_types);
        for (const auto child : file_.children(root)) {
            const auto name = local_of(child.name());
            if (name == "limits" && only_one(child, limits_seen_))
                out_.limits = compile_limits(file_, child);
            else if (name == "outcomes" && only_one(child, outcomes_seen_))
                read_outcomes(child);
            else if (name == "correlation" && only_one(child, correlation_seen_))
                correlation_ = child;
            else if (name == "session" && only_one(child, session_seen_))
                session_ = child;
            else if (name == "command")
                commands_.push_back(child);
            else if (name == "part")
                parts_.add(child);
            else if (name == "header")
                headers_.push_back(child);
            else if (name == "digest")
                digests_.add(child);
            else if (name == "format")
                formats_.add(child);
            else if (name != "limits" && name != "outcomes" && name != "correlation" && name != "session")
                file_.unknown_element(child);
        }
    }

    bool only_one(pugi::xml_node element, bool& seen) {
        if (seen) file_.mistake(element, std::string(element.name()) + " appears twice");
        return !std::exchange(seen, true);
    }

    void read_version(pugi::xml_node root) {
        const auto soap = root.attribute("soap");
        const std::string_view version = soap.value();
        if (version == "1.2")
            version_ = soap_version::soap_1_2;
        else if (soap && version != "1.1")
            file_.mistake(file_.line_of(soap), "soap must be 1.1 or 1.2, not '" + std::string(version) + "'");
    }

    void read_outcomes(pugi::xml_node element) {
        file_.allow_attributes(element, {});
        outcome_rows rows(file_, common_);
        for (const auto child : file_.children(element))
            if (!rows.read(child)) file_.unknown_element(child);
    }

    void read_command(pugi::xml_node element) {
        const auto code = file_.required(element, "code");
        if (!code) return;
        const auto type = command_type_of(*code);
        if (!type) {
            file_.mistake(element,
                          "unknown command " + std::string(*code) + "; the commands are" + all_codes());
            return;
        }
        auto& line = lines_.at(static_cast<std::size_t>(*type));
        if (line != 0) {
            file_.mistake(element, "command " + std::string(*code) + " appears twice");
            return;
        }
        line = file_.line_of(element);
        file_.set_subject("command " + std::string(*code));
        read_known(element, *type);
        file_.set_subject({});
    }

    // The login has the outcomes of all commands, and headers of its own alone: a common header may hold the
    // token.
    void read_session(pugi::xml_node element) {
        file_.set_subject("session");
        file_.set_session(true);
        file_.allow_attributes(element, {"path", "action", "lifetime"});
        auto& s = out_.session.emplace();
        s.lifetime = compile_lifetime(file_, element);
        auto& c = s.call;
        c.outcomes = common_;
        c.repeat_safe = true;
        read_address(c, element);
        const auto parts = parts_of(element);
        read_headers(c, parts.headers, {}, call_kind::login());
        if (parts.request) c.request = skeleton_of(c, parts.request, element, call_kind::login());
        if (parts.reply) compile_login_reply(file_, parts.reply, s);
        if (!has_success(c.outcomes)) file_.mistake(element, "no status of the login is a success");
        file_.set_session(false);
        file_.set_subject({});
    }

    struct call_parts {
        pugi::xml_node request;
        pugi::xml_node reply;
        std::vector<pugi::xml_node> headers;
    };

    call_parts parts_of(pugi::xml_node element) {
        call_parts found;
        for (const auto child : file_.children(element)) {
            const auto name = local_of(child.name());
            if (name == "request")
                take(child, found.request);
            else if (name == "reply")
                take(child, found.reply);
            else if (name == "header")
                found.headers.push_back(child);
            else
                file_.unknown_element(child);
        }
        if (!found.request) file_.mistake(element, "the element request is missing");
        if (!found.reply) file_.mistake(element, "the element reply is missing");
        return found;
    }

    void read_known(pugi::xml_node element, command_type type) {
        auto& c = out_.commands.at(static_cast<std::size_t>(type));
        c.outcomes = common_;
        file_.allow_attributes(
            element,
            {"code", "path", "action", "repeat-safe", "one-way", "call", "plural", "plural-wait", "ignores"});
        read_address(c, element);
        read_promises(c, element);
        read_call(element, type);
        c.plural = compile_plural(file_, element, type);
        const auto parts = parts_of(element);
        read_headers(c, parts.headers, headers_, type);
        if (parts.request) read_request(c, parts.request, element, type);
        if (parts.reply) read_reply(c, parts.reply, type);
        if (c.plural) {
            check_plural(file_, element, c);
            out_.most_in_call = std::max(out_.most_in_call, c.plural->most);
        } else if (c.answer.items.at) {
            file_.mistake(parts.reply, "items needs the attribute plural of the command");
        }
        c.uses_session = uses_session(c.request) ||
                         std::ranges::any_of(c.headers, [](const auto& h) { return uses_session(h.value); });
    }

    void take(pugi::xml_node child, pugi::xml_node& place) {
        if (place) file_.mistake(child, std::string(local_of(child.name())) + " appears twice");
        place = child;
    }

    // A header of the command takes the place of the common one of the same name.
    void read_headers(compiled_command& c,
                      const std::vector<pugi::xml_node>& own,
                      const std::vector<pugi::xml_node>& common,
                      call_kind call) {
        std::set<std::string> names;
        for (const auto element : own) {
            c.headers.push_back(compile_header(file_, element, call, formats_, digests_));
            if (!names.insert(lower_case(c.headers.back().name)).second)
                file_.mistake(element, "the header " + c.headers.back().name + " appears twice");
        }
        for (const auto element : common) {
            auto header = compile_header(file_, element, call, formats_, digests_);
            if (!names.contains(lower_case(header.name))) c.headers.push_back(std::move(header));
        }
    }

    skeleton
    skeleton_of(const compiled_command& c, pugi::xml_node request, pugi::xml_node element, call_kind call) {
        parts_.expand(request);
        return compile_skeleton(file_,
                                request,
                                {.call = call,
                                 .version = version_,
                                 .characters = out_.limits.characters,
                                 .path = c.path,
                                 .action = action_of(element),
                                 .is_plural = c.plural.has_value(),
                                 .formats = formats_,
                                 .digests = digests_});
    }

    void
    read_request(compiled_command& c, pugi::xml_node request, pugi::xml_node element, command_type type) {
        c.request = skeleton_of(c, request, element, type);
        c.card.steps = std::move(c.request.card);
        std::ranges::copy(c.request.choices, std::back_inserter(out_.limits.choices));
        auto ignored = compile_ignored(file_, element, {&type, 1});
        for (const auto& name : ignored)
            if (!has_no_place(c.request, type, name))
                file_.mistake(file_.line_of(element.attribute("ignores")),
                              "ignores names " + name + ", which the request places");
        ignored.insert(ignored_.begin(), ignored_.end());
        out_.limits.without_place.at(static_cast<std::size_t>(type)) =
            refused_parameters(type, c.request.without_place, ignored);
    }

    // A command's own correlation takes precedence over the common one.
    void read_reply(compiled_command& c, pugi::xml_node reply, command_type type) {
        c.reply_line = file_.line_of(reply);
        c.answer = compile_reply(file_, reply, type, formats_, c.outcomes);
        if (c.one_way && (!c.answer.values.empty() || !c.answer.lists.empty()))
            file_.mistake(reply, "a command whose answer holds data cannot be one-way");
        auto correlates = correlation_;
        bool seen = false;
        for (const auto child : reply)
            if (local_of(child.name()) == "correlation" && only_one(child, seen)) correlates = child;
        if (correlates) c.correlates = compile_correlation(file_, correlates, type, formats_);
    }

    void read_address(compiled_command& c, pugi::xml_node element) {
        c.path = file_.required(element, "path").value_or("/");
        if (!c.path.starts_with('/') || !is_printable(c.path, " #"))
            file_.mistake(file_.line_of(element.attribute("path")),
                          "the path must begin with a slash and hold neither blanks nor #, not '" + c.path +
                              "'");
        const auto action = action_of(element);
        if (action && !is_printable(*action, "\"\\ "))
            file_.mistake(
                file_.line_of(element.attribute("action")),
                "the action must be printable ASCII without blanks, quotes and backslashes; without "
                "the attribute, no action is sent");
        set_headers(c, action);
    }

    void read_promises(compiled_command& c, pugi::xml_node element) {
        if (file_.required(element, "repeat-safe")) c.repeat_safe = is_yes(element, "repeat-safe");
        if (element.attribute("one-way")) c.one_way = is_yes(element, "one-way");
    }

    void read_call(pugi::xml_node element, command_type type) {
        const auto call = element.attribute("call");
        if (!call) return;
        const bool has_list = std::ranges::any_of(parameters_of(type), [](const parameter& p) {
            return p.kind == parameter_kind::smartcards || p.kind == parameter_kind::stbs;
        });
        if (std::string_view(call.value()) != "each")
            file_.mistake(file_.line_of(call),
                          "call must be each, not '" + std::string(call.value()) +
                              "'; without it, one call has all items of a list");
        else if (!has_list)
            file_.mistake(file_.line_of(call),
                          "call=\"each\" needs a command with a list, and there are CREATE_PAIRING and "
                          "ADD_TO_EXISTING_PAIRING");
        else
            out_.limits.one_each.set(static_cast<std::size_t>(type));
    }

    bool is_yes(pugi::xml_node element, const char* name) {
        const auto attribute = element.attribute(name);
        const std::string_view written = attribute.value();
        if (written != "yes" && written != "no")
            file_.mistake(file_.line_of(attribute), std::string(name) + " must be yes or no");
        return written == "yes";
    }

    // An empty action is sent as an empty header, as a WSDL with soapAction="" requires.
    static std::optional<std::string> action_of(pugi::xml_node element) {
        const auto attribute = element.attribute("action");
        if (!attribute) return std::nullopt;
        return attribute.value();
    }

    // SOAP 1.1 has a header for the action; SOAP 1.2 has it in the Content-Type.
    void set_headers(compiled_command& c, const std::optional<std::string>& action) {
        const std::string charset = out_.limits.characters == character_set::utf_8 ? "utf-8" : "iso-8859-1";
        if (version_ == soap_version::soap_1_1) {
            c.content_type = "text/xml; charset=" + charset;
            c.soap_action = action;
            return;
        }
        c.content_type = "application/soap+xml; charset=" + charset;
        if (action) c.content_type += "; action=\"" + *action + "\"";
    }

    void check_complete() {
        for (const auto type : command_types)
            if (lines_.at(static_cast<std::size_t>(type)) == 0)
                out_.limits.unsupported.set(static_cast<std::size_t>(type));
        if (commands_.empty()) {
            file_.mistake(file_.root(), "the binding has no command; the commands are" + all_codes());
            return;
        }
        if (session_ && std::ranges::none_of(out_.commands, &compiled_command::uses_session))
            file_.mistake(
                session_,
                "no command uses {session}, the token of the session; write it into a request, a part "
                "or a header");
        if (has_success(common_)) return;
        if (!std::ranges::any_of(out_.commands, has_success, &compiled_command::outcomes)) {
            file_.mistake(file_.root(), "no status of any command is a success");
            return;
        }
        for (const auto type : command_types)
            if (const auto line = lines_.at(static_cast<std::size_t>(type));
                line != 0 && !has_success(out_.of(type).outcomes))
                file_.mistake(line, "command " + std::string(name_of(type)) + ": no status is a success");
    }

    source& file_;
    binding::compiled& out_;
    parts parts_;
    formats formats_;
    digests digests_;
    outcome_table common_;
    std::vector<pugi::xml_node> commands_;
    std::vector<pugi::xml_node> headers_;                   // of every command
    std::array<std::size_t, command_types.size()> lines_{}; // 0: not seen yet
    soap_version version_ = soap_version::soap_1_1;
    pugi::xml_node session_;
    bool session_seen_ = false;
    pugi::xml_node correlation_; // the common one
    bool correlation_seen_ = false;
    std::set<std::string> ignored_; // by every command
    bool limits_seen_ = false;
    bool outcomes_seen_ = false;
};

} // namespace
} // namespace contego::wire

namespace contego {

std::variant<binding, std::vector<binding_error>> binding::compile(std::string_view xml) {
    wire::source file(xml);
    auto out = std::make_shared<compiled>();
    wire::binding_reader(file, *out).read();
    auto mistakes = file.mistakes();
    if (!mistakes.empty()) return mistakes;
    out->secrets = file.secrets();
    out->remarks = file.remarks();
    return binding(std::move(out));
}

} // namespace contego
