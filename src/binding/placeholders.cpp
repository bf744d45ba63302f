#include "binding/placeholders.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace contego::wire {
namespace {

constexpr std::array smartcard_fields{
    parameter{.name = "smartcard_ca_id", .kind = parameter_kind::smartcard_ca_id, .mandatory = true},
    parameter{.name = "smartcard_sub_provisioning_distribution_id",
              .kind = parameter_kind::distribution,
              .mandatory = false},
};
constexpr std::array stb_fields{
    parameter{.name = "stb_ca_id", .kind = parameter_kind::stb_ca_id, .mandatory = true},
    parameter{.name = "stb_sub_provisioning_distribution_id",
              .kind = parameter_kind::distribution,
              .mandatory = false},
};

std::span<const parameter> fields_of(parameter_kind kind) {
    if (kind == parameter_kind::smartcards) return smartcard_fields;
    if (kind == parameter_kind::stbs) return stb_fields;
    return {};
}

std::optional<parameter> find(std::span<const parameter> all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &parameter::name);
    if (found == all.end()) return std::nullopt;
    return *found;
}

class splitter {
public:
    explicit splitter(std::string_view text) : text_(text) {}

    std::vector<stretch> split() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
            if ((c == '{' || c == '}') && doubled)
                take(2);
            else if (c == '{')
                placeholder();
            else if (c == '}')
                wrong("a single } has no meaning; write }} for a brace");
            else
                take(1);
        }
        flush();
        return std::move(out_);
    }

private:
    void take(std::size_t length) {
        if (text_[at_] == '\n') ++line_;
        constant_ += text_[at_];
        at_ += length;
    }

    void placeholder() {
        const auto end = text_.find('}', at_);
        if (end == std::string_view::npos) {
            wrong("{ is never closed; write {{ for a brace");
            return;
        }
        flush();
        out_.push_back({.text = std::string(text_.substr(at_ + 1, end - at_ - 1)),
                        .is_placeholder = true,
                        .line = line_,
                        .mistake = {}});
        at_ = end + 1;
    }

    void wrong(std::string mistake) {
        out_.push_back({.text = {}, .is_placeholder = false, .line = line_, .mistake = std::move(mistake)});
        ++at_;
    }

    void flush() {
        if (!constant_.empty())
            out_.push_back({.text = std::exchange(constant_, {}),
                            .is_placeholder = false,
                            .line = line_,
                            .mistake = {}});
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;
    std::string constant_;
    std::vector<stretch> out_;
};

} // namespace

std::vector<stretch> split_placeholders(std::string_view text) {
    return splitter(text).split();
}

std::optional<std::string> secret_in(source& file, std::string_view placeholder, std::size_t line) {
    constexpr std::string_view prefix = "secret.";
    if (!placeholder.starts_with(prefix)) return std::nullopt;
    std::string name(placeholder.substr(prefix.size()));
    if (is_secret_name(name))
        file.use_secret(name, line);
    else
        file.mistake(line, "the name of a secret has letters, digits, - and _ only, not '" + name + "'");
    return name;
}

void check_sent_value(source& file, call_kind call, sent_value v, std::size_t line) {
    if (call.is_login() && (v == sent_value::request_id || v == sent_value::command_id))
        file.mistake(
            line,
            "the login belongs to no request, so it has neither {request.id} nor {command.id}; there "
            "are {message.id}, {message.number} and {now}");
}

std::optional<names_in_request::meaning> names_in_request::use(const std::string& name, std::size_t line) {
    const auto f = look_up(name);
    if (!f) {
        unknown(name, line);
        return std::nullopt;
    }
    if (!fields_of(f->what.kind).empty()) {
        file_.mistake(line, name + " is a list; use it with b:each");
        return std::nullopt;
    }
    if (!is_guarded(*f))
        file_.mistake(line, name + " is optional: the element that holds it needs b:if=\"" + name + "\"");
    if (f->depth == 0)
        note_use(name);
    else if (f->what.mandatory)
        lists_[f->depth - 1].identified = true;
    return meaning{.levels = lists_.size() - f->depth,
                   .kind = f->what.kind,
                   .list = f->depth == 0 ? "" : lists_[f->depth - 1].name};
}

// Inside b:unless the parameter may be absent, so it guards no placeholder.
std::size_t
names_in_request::enter_condition(const std::string& name, const condition& when, std::size_t line) {
    const auto f = look_up(name);
    if (!f) unknown(name, line);
    if (f && when.equals && f->what.kind == parameter_kind::pin)
        file_.mistake(line, name + " is a PIN, and a PIN must not be written in the file");
    if (f && when.equals && !fields_of(f->what.kind).empty())
        file_.mistake(line, name + " is a list and equals no value");
    const auto depth = f ? f->depth : 0;
    if (depth == 0) named_.insert(name);
    conditions_.emplace_back(when.negated ? "" : name, depth);
    return lists_.size() - depth;
}

std::optional<std::size_t> names_in_request::enter_list(const std::string& name, std::size_t line) {
    const auto f = look_up(name);
    if (!f) {
        unknown(name, line);
        return std::nullopt;
    }
    const auto fields = fields_of(f->what.kind);
    if (fields.empty()) {
        file_.mistake(line, name + " is not a list; b:each takes smartcards, stbs or requests");
        return std::nullopt;
    }
    note_use(name);
    const auto levels = lists_.size();
    lists_.push_back({.name = name, .fields = fields});
    return levels;
}

void names_in_request::leave_list(std::size_t line) {
    const auto& list = lists_.back();
    if (!list.identified)
        file_.mistake(line,
                      "b:each of " + list.name + " never uses " + std::string(list.fields.front().name));
    lists_.pop_back();
}

void names_in_request::check_mandatory(std::size_t line) {
    for (const auto& p : call_.parameters())
        if (p.mandatory && !used_.contains(std::string(p.name)))
            file_.mistake(line, std::string(p.name) + " is mandatory but never used");
}

void names_in_request::note_use(const std::string& name) {
    used_.insert(name);
    named_.insert(name);
}

std::uint32_t names_in_request::without_place() const {
    std::uint32_t bits = 0;
    std::uint32_t bit = 1;
    for (const auto& p : call_.parameters()) {
        if (!named_.contains(std::string(p.name))) bits |= bit;
        bit <<= 1U;
    }
    return bits;
}

std::optional<names_in_request::found> names_in_request::look_up(std::string_view name) const {
    for (auto depth = lists_.size(); depth > 0; --depth)
        if (const auto p = find(lists_[depth - 1].fields, name)) return found{.what = *p, .depth = depth};
    if (const auto p = find(call_.parameters(), name)) return found{.what = *p, .depth = 0};
    return std::nullopt;
}

// The display duration always has a value. An item without its distributor gets an empty one, since the
// element is the same for every item of a list. The deployer may guard it as well.
bool names_in_request::is_guarded(const found& f) const {
    if (f.what.mandatory || f.depth > 0 || f.what.kind == parameter_kind::duration) return true;
    return std::ranges::find(conditions_, std::pair(std::string(f.what.name), f.depth)) != conditions_.end();
}

void names_in_request::unknown(std::string_view name, std::size_t line) {
    std::string known;
    for (const auto& list : lists_)
        for (const auto& p : list.fields)
            (known += p.name) += ", ";
    for (const auto& p : call_.parameters())
        (known += p.name) += ", ";
    file_.mistake(line,
                  std::string(call_.name()) + " has no parameter " + std::string(name) + "; there are " +
                      known + sent_value_names() + ", action, endpoint, session, secret.NAME, digest.NAME");
}

} // namespace contego::wire
