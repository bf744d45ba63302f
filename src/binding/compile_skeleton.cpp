#include "binding/compile.hpp"
#include "binding/content_type.hpp"
#include "binding/namespaces.hpp"
#include "binding/placeholders.hpp"
#include "binding/utf_8.hpp"

#include <utility>

namespace contego::wire {
namespace {

std::string_view namespace_of_version(soap_version v) {
    return v == soap_version::soap_1_1 ? soap_1_1_namespace : soap_1_2_namespace;
}

// Walks the envelope that a deployer pasted, and turns it into steps.
//
// The envelope is a document of its own, so the default namespace of the file does not apply to it. An
// unqualified element there has no prefix, as in the sample from which it was pasted. Only the prefix of the
// directives applies.
class skeleton_compiler {
public:
    skeleton_compiler(source& file, const skeleton_owner& owner)
        : file_(file), owner_(owner), names_(file, owner.call) {
        out_.characters = owner.characters;
    }

    skeleton compile(pugi::xml_node request) {
        file_.allow_attributes(request, {});
        top_ = request;
        const auto root = envelope_in(request);
        if (!root) return {};
        constant(out_.characters == character_set::utf_8 ? R"(<?xml version="1.0" encoding="UTF-8"?>)"
                                                         : R"(<?xml version="1.0" encoding="ISO-8859-1"?>)");
        element(root);
        flush();
        names_.check_mandatory(file_.line_of(request));
        if (owner_.is_plural && requests_ == requests::not_seen)
            file_.mistake(
                request,
                "a plural command needs one element with b:each=\"requests\", which is repeated for "
                "each request of a call");
        out_.without_place = names_.without_place();
        return std::move(out_);
    }

private:
    pugi::xml_node envelope_in(pugi::xml_node request) {
        pugi::xml_node root;
        for (const auto child : request) {
            const bool first = child.type() == pugi::node_element && !root;
            if (!first) file_.mistake(child, "the request must hold one element, the envelope");
            if (first) root = child;
        }
        const auto soap = namespace_of_version(owner_.version);
        const bool envelope = root && local_of(root.name()) == "Envelope" && namespace_of(root, top_) == soap;
        if (!envelope) {
            file_.mistake(root ? root : request, "the request must hold an Envelope of " + std::string(soap));
            return {};
        }
        const auto body = child_of(root, "Body");
        if (!body || namespace_of(body, top_) != soap) file_.mistake(root, "the envelope has no Body");
        return root;
    }

    // A UsernameToken of WS-Security with the digest of a password.
    void username_token(pugi::xml_node e) {
        constexpr std::string_view wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";
        const std::string at(wss);
        file_.allow_attributes(e, {"user", "password"});
        const auto user = file_.required(e, "user");
        const auto password = file_.required(e, "password");
        const auto parts = split_placeholders(password.value_or(""));
        const auto secret = parts.size() == 1 && parts.front().is_placeholder
                                ? secret_in(file_, parts.front().text, file_.line_of(e.attribute("password")))
                                : std::nullopt;
        if (password && !secret)
            file_.mistake(e, "the password of " + std::string(e.name()) + " must be one {secret.NAME}");
        constant("<wsse:UsernameToken xmlns:wsse=\"" + at + "wssecurity-secext-1.0.xsd\" xmlns:wsu=\"" + at +
                 "wssecurity-utility-1.0.xsd\"><wsse:Username>");
        text(user.value_or(""), place::element, file_.line_of(e.attribute("user")));
        constant("</wsse:Username><wsse:Password Type=\"" + at +
                 "username-token-profile-1.0#PasswordDigest\">");
        add({.what = step::kind::password_digest, .text = secret.value_or("")});
        constant("</wsse:Password><wsse:Nonce EncodingType=\"" + at +
                 "soap-message-security-1.0#Base64Binary\">");
        add({.what = step::kind::nonce});
        constant("</wsse:Nonce><wsu:Created>");
        add({.what = step::kind::sent, .value = sent_value::now});
        constant("</wsu:Created></wsse:UsernameToken>");
    }

    // Conditions are decided before b:each begins, so their names are looked up outside the list.
    void element(pugi::xml_node e) {
        if (namespace_at(e, prefix_of(e.name()), {}) == binding_namespace && !prefix_of(e.name()).empty()) {
            if (local_of(e.name()) == "username-token" && e.parent() != top_)
                username_token(e);
            else
                file_.unknown_element(e);
            return;
        }
        check_prefix(e, e.name());
        const auto directives = directives_of(e);
        if ((directives.condition || directives.exception || directives.list) && e.parent() == top_)
            file_.mistake(e, "the envelope itself must not have b:if, b:unless or b:each");
        const auto condition = open_condition(directives.condition, false);
        const auto exception = open_condition(directives.exception, true);
        const bool of_requests = std::string_view(directives.list.value()) == "requests";
        const auto list = of_requests ? open_requests(directives.list) : open_list(directives.list);
        tags(e, is_escaped(e, directives.escaped));
        if (list && of_requests)
            close_requests(*list, e);
        else if (list)
            close_list(*list, e);
        if (exception) close_condition(*exception);
        if (condition) close_condition(*condition);
    }

    struct marks {
        pugi::xml_attribute condition;
        pugi::xml_attribute exception;
        pugi::xml_attribute list;
        pugi::xml_attribute escaped;
    };

    bool is_directive(pugi::xml_node e, std::string_view attribute) const {
        const auto prefix = prefix_of(attribute);
        return !prefix.empty() && prefix != "xmlns" && namespace_at(e, prefix) == binding_namespace;
    }

    marks directives_of(pugi::xml_node e) {
        marks found;
        for (const auto a : e.attributes()) {
            if (!is_directive(e, a.name())) continue;
            const auto name = local_of(a.name());
            if (name == "if" && !found.condition)
                found.condition = a;
            else if (name == "unless" && !found.exception)
                found.exception = a;
            else if (name == "escaped" && !found.escaped)
                found.escaped = a;
            else if (name == "each" && !found.list)
                found.list = a;
            else
                file_.mistake(file_.line_of(a),
                              std::string("unknown attribute ") + a.name() + " of " + e.name());
        }
        return found;
    }

    std::optional<std::size_t> open_condition(pugi::xml_attribute a, bool negated) {
        if (!a) return std::nullopt;
        const std::string_view written = a.value();
        const auto equals = written.find('=');
        condition when{.equals = std::nullopt, .negated = negated};
        if (equals != std::string_view::npos) when.equals = written.substr(equals + 1);
        std::string name(written.substr(0, equals));
        const auto levels = names_.enter_condition(name, when, file_.line_of(a));
        return open({.what = step::kind::condition,
                     .text = std::move(name),
                     .levels = levels,
                     .when = std::move(when)});
    }

    std::optional<std::size_t> open_list(pugi::xml_attribute a) {
        if (!a) return std::nullopt;
        const auto found = names_.enter_list(a.value(), file_.line_of(a));
        if (!found) return std::nullopt;
        return open({.what = step::kind::for_each, .text = a.value(), .levels = *found});
    }

    // The element is repeated for each request of a shared call. Names in it are those of the request.
    std::optional<std::size_t> open_requests(pugi::xml_attribute a) {
        const auto line = file_.line_of(a);
        if (!owner_.is_plural)
            file_.mistake(line, "b:each=\"requests\" needs the attribute plural of the command");
        else if (requests_ != requests::not_seen)
            file_.mistake(line, "b:each=\"requests\" appears twice");
        else {
            requests_ = requests::open;
            return open({.what = step::kind::for_each_request});
        }
        return std::nullopt;
    }

    void close_requests(std::size_t opened, pugi::xml_node e) {
        close(opened);
        requests_ = requests::closed;
        if (out_.card.empty()) file_.mistake(e, "b:each of requests never uses smartcard_ca_id");
    }

    // The smartcard differs for each request, and everything outside the element is the same for all.
    void check_shared(const step& s, parameter_kind kind, std::size_t line) {
        if (!owner_.is_plural) return;
        if (kind == parameter_kind::pin && requests_ == requests::open)
            file_.mistake(line,
                          s.text +
                              " is a PIN, and each request of a call must have the same: write it outside "
                              "the element with b:each=\"requests\"");
        if (kind != parameter_kind::smartcard_ca_id) return;
        if (requests_ != requests::open)
            file_.mistake(line,
                          s.text +
                              " differs for each request of a call: write it only inside the element with "
                              "b:each=\"requests\"");
        else if (out_.card.empty()) {
            out_.card.push_back(s);
            out_.card.front().where = place::no_document;
        }
    }

    std::size_t open(step s) {
        flush();
        out_.steps.push_back(std::move(s));
        return out_.steps.size() - 1;
    }

    void close(std::size_t opened) {
        flush();
        out_.steps[opened].end = out_.steps.size();
    }

    void close_condition(std::size_t opened) {
        close(opened);
        names_.leave_condition();
    }

    void close_list(std::size_t opened, pugi::xml_node e) {
        close(opened);
        names_.leave_list(file_.line_of(e));
    }

    // Returns whether the content of the element is a document in a text.
    bool is_escaped(pugi::xml_node e, pugi::xml_attribute a) {
        if (!a) return false;
        if (std::string_view(a.value()) != "yes")
            file_.mistake(file_.line_of(a), std::string(a.name()) + " must be yes");
        else if (inner_ || e.parent() == top_)
            file_.mistake(file_.line_of(a),
                          std::string(a.name()) + " must be inside the envelope, and not inside another");
        else
            return true;
        return false;
    }

    void tags(pugi::xml_node e, bool escaped) {
        constant("<");
        name(e, e.name());
        for (const auto a : e.attributes())
            attribute(e, a);
        constant(e.first_child() ? ">" : "/>");
        if (!e.first_child()) return;
        if (escaped) inner_ = e;
        for (const auto child : e) {
            if (child.type() == pugi::node_element)
                element(child);
            else
                content(e, child);
        }
        if (escaped) inner_ = {};
        constant("</");
        name(e, e.name());
        constant(">");
    }

    // In an inner document, a CDATA section is a piece of it, such as its XML declaration.
    void content(pugi::xml_node e, pugi::xml_node child) {
        const auto line = file_.line_of(child);
        const bool is_piece = inner_ && child.type() == pugi::node_cdata;
        text(child.value(), place::element, line, is_piece);
        check_password(e.name(), child.value(), line);
    }

    void attribute(pugi::xml_node e, pugi::xml_attribute a) {
        const std::string_view full = a.name();
        const bool declaration = full == "xmlns" || prefix_of(full) == "xmlns";
        if (declaration && a.value() == binding_namespace) return;
        if (is_directive(e, full)) return;
        if (!declaration) check_prefix(e, full);
        constant(" ");
        name(e, full);
        constant("=\"");
        text(a.value(), place::attribute, file_.line_of(a));
        check_password(full, a.value(), file_.line_of(a));
        constant("\"");
    }

    void check_prefix(pugi::xml_node e, std::string_view full) {
        const auto prefix = prefix_of(full);
        if (prefix.empty() || prefix == "xml" || namespace_at(e, prefix, inner_ ? inner_ : top_)) return;
        file_.mistake(e,
                      "the prefix of " + std::string(full) + " is not declared in the " +
                          (inner_ ? "inner document" : "envelope"));
    }

    // A name cannot be escaped, so the provider's character set must have all its letters.
    void name(pugi::xml_node e, std::string_view full) {
        for (std::size_t at = 0; at < full.size();) {
            const auto c = next_code_point(full, at);
            if (c >= 0x80 && out_.characters != character_set::utf_8) {
                file_.mistake(e, "the name " + std::string(full) + " cannot be written in ISO-8859-1");
                return;
            }
        }
        constant(full);
    }

    void text(std::string_view written, place at, std::size_t line, bool is_piece = false) {
        const auto where = !inner_                  ? at
                           : at == place::attribute ? place::inner_attribute
                                                    : place::inner_element;
        for (const auto& p : split_placeholders(written)) {
            if (!p.mistake.empty())
                file_.mistake(line + p.line, p.mistake);
            else if (!p.is_placeholder)
                append_escaped(constant_, p.text, is_piece ? place::element : where, out_.characters);
            else
                placeholder(p.text, where, line + p.line);
        }
    }

    void placeholder(std::string_view written, place where, std::size_t line) {
        if (is_constant(written, where, line)) return;
        const auto [name, format] = split_format(written);
        step s{.what = step::kind::sent, .text = name, .where = where};
        auto content = format_content::text;
        std::optional<names_in_request::meaning> meaning;
        if (const auto sent = sent_value_of(name)) {
            s.value = *sent;
            if (*sent == sent_value::now) content = format_content::time;
            check_sent_value(file_, owner_.call, *sent, line);
        } else {
            meaning = names_.use(name, line);
            if (!meaning) return;
            s.what = step::kind::parameter;
            s.levels = meaning->levels;
            s.secret = meaning->kind == parameter_kind::pin;
            content = content_of(meaning->kind);
        }
        if (!format.empty()) s.as = owner_.formats.find(format, content, name, line);
        if (meaning && s.as) note_choices(*meaning, s, line);
        if (meaning) check_shared(s, meaning->kind, line);
        add(std::move(s));
    }

    // A value of the site or of the command itself has no format.
    bool is_constant(std::string_view name, place where, std::size_t line) {
        if (const auto secret = secret_in(file_, name, line))
            add({.what = step::kind::secret, .text = *secret, .where = where});
        else if (name == session_name)
            session(where, line);
        else if (is_digest_name(name))
            add({.what = step::kind::digest, .digest = owner_.digests.compile(name, line, owner_.call)});
        else if (name == "endpoint")
            add({.what = step::kind::endpoint, .text = owner_.path, .where = where});
        else if (name == "action")
            action(where, line);
        else
            return false;
        return true;
    }

    void note_choices(const names_in_request::meaning& of, const step& s, std::size_t line) {
        auto values = s.as->choices();
        if (!values) return;
        if (s.secret) file_.mistake(line, s.text + " is a PIN, and a PIN must not be written in the file");
        out_.choices.push_back({.type = owner_.call.command(),
                                .list = of.list,
                                .parameter = s.text,
                                .table = s.as->name(),
                                .values = std::move(*values)});
    }

    void session(place where, std::size_t line) {
        file_.use_session(line, "{session}");
        add({.what = step::kind::session, .where = where});
    }

    void action(place where, std::size_t line) {
        if (!owner_.action)
            file_.mistake(line,
                          "{action} needs the attribute action of the " +
                              std::string(owner_.call.is_login() ? "session" : "command"));
        else
            append_escaped(constant_, *owner_.action, where, out_.characters);
    }

    // The file is readable for people who must not know the password.
    void check_password(std::string_view name, std::string_view written, std::size_t line) {
        const bool is_literal = !trimmed(written).empty() && written.find('{') == std::string_view::npos;
        if (!is_literal || lower_case(local_of(name)).find("password") == std::string::npos) return;
        file_.remark(line,
                     "the password in " + std::string(name) +
                         " is written in the file; write {secret.NAME} there, and the password into the file "
                         "that secrets_file of the provider names");
    }

    void add(step s) {
        flush();
        out_.steps.push_back(std::move(s));
    }

    void constant(std::string_view bytes) {
        if (inner_)
            append_escaped(constant_, bytes, place::element, out_.characters);
        else
            constant_ += bytes;
    }

    void flush() {
        if (constant_.empty()) return;
        out_.constant_bytes += constant_.size();
        out_.steps.push_back({.what = step::kind::constant, .text = std::exchange(constant_, {})});
    }

    source& file_;
    const skeleton_owner& owner_;
    names_in_request names_;
    pugi::xml_node top_;
    pugi::xml_node inner_; // the element whose content is a document in a text, while it is read
    skeleton out_;
    std::string constant_; // the text written since the last step

    enum class requests { not_seen, open, closed };
    requests requests_ = requests::not_seen; // the element with b:each="requests"
};

} // namespace

skeleton compile_skeleton(source& file, pugi::xml_node request, const skeleton_owner& owner) {
    return skeleton_compiler(file, owner).compile(request);
}

} // namespace contego::wire
