#include "binding/plain_text.hpp"

#include "binding/placeholders.hpp"

#include <algorithm>

namespace contego::wire {
namespace {

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

class plain_text_compiler {
public:
    plain_text_compiler(source& file, std::size_t line, const plain_text_rules& rules)
        : file_(file), line_(line), rules_(rules) {}

    skeleton compile(std::string_view written) {
        for (const auto& p : split_placeholders(written)) {
            if (!p.mistake.empty())
                file_.mistake(line_, p.mistake);
            else if (p.is_placeholder)
                placeholder(p.text);
            else if (!rules_.in_header || is_printable(p.text))
                out_.steps.push_back({.what = step::kind::constant, .text = p.text});
            else
                file_.mistake(line_, "the value of a header must be printable ASCII");
        }
        return std::move(out_);
    }

private:
    void placeholder(std::string_view written) {
        if (is_secret(written) || is_session(written) || is_digest(written)) return;
        const auto [name, format] = split_format(written);
        step s{.what = step::kind::sent, .text = name, .where = place::no_document};
        auto content = format_content::text;
        if (const auto sent = sent_value_of(name)) {
            s.value = *sent;
            if (*sent == sent_value::now) content = format_content::time;
            check_sent_value(file_, rules_.call, *sent, line_);
        } else if (const auto found = plain_parameter(rules_.call, name); found && is_allowed(*found)) {
            s.what = step::kind::parameter;
            content = content_of(found->kind);
        } else {
            refuse(written);
            return;
        }
        const bool is_now = s.what == step::kind::sent && s.value == sent_value::now;
        if (!format.empty() && rules_.in_header && !is_now)
            file_.mistake(line_, "in a header, only {now} can have a format");
        else if (!format.empty())
            s.as = rules_.formats.find(format, content, name, line_);
        out_.steps.push_back(std::move(s));
    }

    bool is_allowed(const parameter& p) const {
        return !rules_.in_header || p.kind != parameter_kind::message;
    }

    bool is_secret(std::string_view written) {
        const auto secret = secret_in(file_, written, line_);
        if (!secret) return false;
        if (rules_.in_header) file_.use_secret(*secret, line_).in_header = true;
        out_.steps.push_back({.what = step::kind::secret, .text = *secret, .where = place::no_document});
        return true;
    }

    bool is_session(std::string_view written) {
        if (written != session_name) return false;
        file_.use_session(line_, "{session}");
        out_.steps.push_back({.what = step::kind::session, .where = place::no_document});
        return true;
    }

    bool is_digest(std::string_view written) {
        if (rules_.digests == nullptr || !is_digest_name(written)) return false;
        out_.steps.push_back(
            {.what = step::kind::digest, .digest = rules_.digests->compile(written, line_, rules_.call)});
        return true;
    }

    void refuse(std::string_view written) {
        const std::string what = rules_.in_header ? "a header" : "a digest";
        file_.mistake(line_,
                      what + " must not hold {" + std::string(written) + "}, only " + sent_value_names() +
                          ", session, secret.NAME" + (rules_.digests == nullptr ? "" : ", digest.NAME") +
                          " and mandatory parameters of " + std::string(rules_.call.name()) +
                          " that are neither a list nor a PIN" + (rules_.in_header ? " nor a message" : ""));
    }

    source& file_;
    std::size_t line_;
    const plain_text_rules& rules_;
    skeleton out_;
};

} // namespace

std::optional<parameter> plain_parameter(call_kind call, std::string_view name) {
    const auto all = call.parameters();
    const auto found = std::ranges::find(all, name, &parameter::name);
    if (found == all.end() || !found->mandatory) return std::nullopt;
    const bool is_hidden = found->kind == parameter_kind::pin || found->kind == parameter_kind::smartcards ||
                           found->kind == parameter_kind::stbs;
    return is_hidden ? std::nullopt : std::optional(*found);
}

skeleton
compile_plain_text(source& file, std::string_view written, std::size_t line, const plain_text_rules& rules) {
    return plain_text_compiler(file, line, rules).compile(written);
}

} // namespace contego::wire
