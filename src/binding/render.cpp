#include "binding/digest_rule.hpp"
#include "binding/secret_forms.hpp"
#include "binding/skeleton.hpp"
#include "vocabulary/base64.hpp"

#include <array>
#include <charconv>

namespace contego::wire {
namespace {

// The meaning of names at a point of the envelope: the item of the innermost list, then the scopes around it.
struct scope {
    const value::object* members;
    const scope* outer;
};

template <typename Number>
void append_number(std::string& out, Number n) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    out.append(digits.data(), end);
}

class writer {
public:
    writer(const skeleton& s,
           const value::object& parameters,
           const sending& now,
           const site_values& here,
           rendered& out,
           std::span<const call_item> items = {})
        : skeleton_(s),
          parameters_(&parameters),
          now_(&now),
          items_(items),
          here_(here),
          out_(out.text),
          secrets_(out.secrets) {}

    void write_all() { write(0, skeleton_.steps.size(), {.members = parameters_, .outer = nullptr}); }

private:
    void write(std::size_t begin, std::size_t end, const scope& around) {
        for (auto i = begin; i < end;) {
            const auto& s = skeleton_.steps[i];
            ++i;
            switch (s.what) {
            case step::kind::constant:
                out_ += s.text;
                break;
            case step::kind::sent:
                write_sent(s);
                break;
            case step::kind::endpoint:
                append_escaped(out_, here_.endpoint, s.where, skeleton_.characters);
                append_escaped(out_, s.text, s.where, skeleton_.characters);
                break;
            case step::kind::digest:
                write_digest(*s.digest);
                break;
            case step::kind::password_digest:
                write_password_digest(s);
                break;
            case step::kind::nonce:
                out_ += base64_of(nonce());
                break;
            case step::kind::secret:
                write_secret(s);
                break;
            case step::kind::session:
                write_session(s);
                break;
            case step::kind::parameter:
                write_parameter(s, around);
                break;
            case step::kind::condition:
                if (s.when.holds(find(s, around))) write(i, s.end, around);
                i = s.end;
                break;
            case step::kind::for_each:
                write_items(s, i, around);
                i = s.end;
                break;
            case step::kind::for_each_request:
                write_requests(s, i, around);
                i = s.end;
                break;
            }
        }
    }

    static const value* find(const step& s, const scope& around) {
        const auto* at = &around;
        for (auto level = s.levels; level > 0 && at->outer != nullptr; --level)
            at = at->outer;
        const auto found = at->members->find(s.text);
        return found == at->members->end() ? nullptr : &found->second;
    }

    void write_sent(const step& s) {
        if (!s.as) {
            append_sent_value(out_, s.value, *now_);
            return;
        }
        std::string ours;
        append_sent_value(ours, s.value, *now_);
        append_escaped(out_, s.as->theirs(ours), s.where, skeleton_.characters);
    }

    [[nodiscard]] std::string nonce() const { return {now_->nonce.begin(), now_->nonce.end()}; }

    // A digest is stored as a secret, since a short password can be guessed from it.
    void write_digest(const digest_rule& rule) {
        const auto hash = hash_of(rule.hash, render(rule.of, *parameters_, *now_, here_).text);
        const auto begin = out_.size();
        out_ += rule.as_base64 ? base64_of(hash) : hexadecimal_of(hash);
        secrets_.push_back({.begin = begin, .end = out_.size()});
    }

    // Base64(SHA-1(nonce + created + password)), as the UsernameToken Profile says.
    void write_password_digest(const step& s) {
        auto text = nonce();
        append_sent_value(text, sent_value::now, *now_);
        text += here_.secrets.value_of(s.text);
        const auto begin = out_.size();
        out_ += base64_of(hash_of(hash_function::sha1, text));
        secrets_.push_back({.begin = begin, .end = out_.size()});
    }

    void write_secret(const step& s) {
        const auto begin = out_.size();
        append_escaped(out_, here_.secrets.value_of(s.text), s.where, skeleton_.characters);
        secrets_.push_back({.begin = begin, .end = out_.size()});
    }

    void write_session(const step& s) {
        const auto begin = out_.size();
        append_escaped(out_, now_->session, s.where, skeleton_.characters);
        secrets_.push_back({.begin = begin, .end = out_.size()});
    }

    void write_parameter(const step& s, const scope& around) {
        const auto* v = find(s, around);
        if (v == nullptr) return;
        const auto begin = out_.size();
        if (s.as) {
            append_escaped(out_, s.as->theirs(plain_text_of(*v)), s.where, skeleton_.characters);
        } else if (const auto* text = v->text()) {
            append_escaped(out_, *text, s.where, skeleton_.characters);
        } else if (const auto* integer = v->integer()) {
            append_number(out_, *integer);
        } else if (const auto* real = v->real()) {
            append_number(out_, *real);
        } else if (const auto* boolean = v->boolean()) {
            out_ += *boolean ? "true" : "false";
        }
        if (s.secret) secrets_.push_back({.begin = begin, .end = out_.size()});
    }

    void write_items(const step& s, std::size_t begin, const scope& around) {
        static const value::object nothing;
        const auto* v = find(s, around);
        if (v == nullptr || v->items() == nullptr) return;
        for (const auto& item : *v->items()) {
            const auto* members = item.members();
            write(begin, s.end, {.members = members == nullptr ? &nothing : members, .outer = &around});
        }
    }

    // Inside the element, the parameters and the values of the sending are those of the request.
    void write_requests(const step& s, std::size_t begin, const scope& around) {
        if (items_.empty()) {
            write(begin, s.end, around);
            return;
        }
        const auto* of_call = parameters_;
        const auto* sending_of_call = now_;
        for (const auto& item : items_) {
            parameters_ = &item.what->parameters;
            now_ = &item.how;
            write(begin, s.end, {.members = parameters_, .outer = nullptr});
        }
        parameters_ = of_call;
        now_ = sending_of_call;
    }

    const skeleton& skeleton_;
    const value::object* parameters_;
    const sending* now_;
    std::span<const call_item> items_; ///< empty: the envelope of one command
    const site_values& here_;
    std::string& out_;
    std::vector<rendered::stretch>& secrets_;
};

} // namespace

rendered
render(const skeleton& s, const value::object& parameters, const sending& now, const site_values& here) {
    // Parameters are short. Only a long message or a long list makes the text grow once more.
    constexpr std::size_t room_for_parameters = 512;
    rendered out;
    out.text.reserve(s.constant_bytes + room_for_parameters);
    writer(s, parameters, now, here, out).write_all();
    return out;
}

rendered
render(const skeleton& s, std::span<const call_item> items, const sending& call, const site_values& here) {
    constexpr std::size_t room_for_an_item = 64;
    rendered out;
    out.text.reserve(s.constant_bytes + 512 + items.size() * room_for_an_item);
    writer(s, items.front().what->parameters, call, here, out, items).write_all();
    return out;
}

std::string masked_text(const rendered& r) {
    if (r.secrets.empty()) return r.text;
    std::string out;
    std::size_t copied = 0;
    for (const auto& secret : r.secrets) {
        out.append(r.text, copied, secret.begin - copied);
        out += mask;
        copied = secret.end;
    }
    return out.append(r.text, copied);
}

} // namespace contego::wire
