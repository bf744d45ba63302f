#pragma once

#include <contego/value.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace contego::json {

/// Builds a value while nlohmann_json reads the text, so that no second document is in memory.
///
/// The parser calls it for each token and does not call itself; the levels are counted here. No message
/// quotes the text, since the text near a mistake may be a secret.
class builder {
public:
    using document = nlohmann::json;

    explicit builder(bool refuses_doubles) : refuses_doubles_(refuses_doubles) {}

    bool null() { return put({}); }

    bool boolean(bool b) { return put(b); }

    bool number_integer(document::number_integer_t n) { return put(n); }

    bool number_unsigned(document::number_unsigned_t n);

    bool number_float(document::number_float_t n, const std::string& /*written*/) { return put(n); }

    bool string(std::string& text) { return put(std::move(text)); }

    bool binary(document::binary_t& /*bytes*/) { return false; } // JSON text has none

    bool start_object(std::size_t /*size*/) { return open(false); }

    bool key(std::string& name);

    bool end_object();

    bool start_array(std::size_t /*size*/) { return open(true); }

    bool end_array();

    bool parse_error(std::size_t position, const std::string& token, const document::exception& e);

    /// Returns why the parser stopped, or was told to stop.
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

    /// Returns whether it stopped because a name appears twice in one object.
    [[nodiscard]] bool is_doubled() const { return is_doubled_; }

    /// Moves out the document.
    [[nodiscard]] value take() { return std::move(root_); }

private:
    /// A list or an object that is not yet closed.
    struct level {
        bool is_list;
        value::list items;
        value::object members;
        std::string name; ///< of the member whose value comes next
    };

    bool open(bool is_list);
    bool put(value v);

    bool refuses_doubles_;
    bool is_doubled_ = false;
    std::vector<level> open_;
    value root_;
    std::string wrong_;
};

} // namespace contego::json
