#pragma once

#include "simulator/call.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace contego::simulator {

/// The accepted digits of a field. The range is the CAS's own, as in its schema (config/wsdl).
struct digits {
    std::size_t shortest;
    std::size_t longest;
    std::string call::* slot;
};

/// An element with one identifier in each of its children `item`; at least one.
struct identifiers {
    std::string_view item;
    std::vector<std::string> call::* slot;
};

/// A single identifier that is kept as a list of one.
struct identifier {
    std::vector<std::string> call::* slot;
};

/// A text of 1 to `longest` characters.
struct text {
    std::size_t longest;
    std::string call::* slot;
};

/// A date and time.
struct date {
    std::string call::* slot;
};

/// A number from `lowest` to `highest`, in steps of `step`.
struct number {
    std::int64_t lowest;
    std::int64_t highest;
    std::int64_t step;
    std::optional<std::int64_t> call::* slot;
};

/// One element of a request. The elements must come in this order.
struct field {
    std::string_view element;
    bool mandatory;
    std::variant<digits, identifiers, identifier, text, date, number> kind;
};

/// One service, below one path and in one namespace.
struct area {
    std::string_view name; ///< also of the WSDL file
    std::string_view path;
    std::string_view xml_namespace;
};

/// The result of an operation, which follows the status in its answer.
enum class result_shape { none, subscriptions, boxes_of_card, cards_of_box };

/// One operation: an element `NAME` with one child `NAMERequest`. The answer is an element `NAMEResponse`.
struct operation {
    command_type command;
    std::string_view name;
    const simulator::area* area;
    std::span<const field> fields;
    result_shape result;
};

/// The namespace of the elements in an answer.
inline constexpr std::string_view answer_namespace = "http://www.conax.com/cas/xsd/common-types/v1";

/// Returns all services.
[[nodiscard]] std::span<const area> areas();

/// Returns all operations: one for each command of the shipped binding.
[[nodiscard]] std::span<const operation> operations();

/// Returns the service at a path, or nullptr if there is none.
[[nodiscard]] const area* area_at(std::string_view path);
/// Returns the operation of this name, or nullptr if the service has none.
[[nodiscard]] const operation* operation_of(const area& a, std::string_view name);

} // namespace contego::simulator
