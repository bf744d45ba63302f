#pragma once

#include "simulator/call.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace contego::simulator {

/// What a field of a request takes. The CAS has its own opinion of it, as stated by its schema (config/wsdl).
struct digits {
    std::size_t shortest;
    std::size_t longest;
    std::string call::* slot;
};

/// An element that holds one identifier in each of its children `item`; at least one.
struct identifiers {
    std::string_view item;
    std::vector<std::string> call::* slot;
};

/// A single identifier that is kept as a list of one.
struct identifier {
    std::vector<std::string> call::* slot;
};

/// 1 to `longest` characters.
struct text {
    std::size_t longest;
    std::string call::* slot;
};

struct date {
    std::string call::* slot;
};

/// From `lowest` to `highest`, in steps of `step`.
struct number {
    std::int64_t lowest;
    std::int64_t highest;
    std::int64_t step;
    std::optional<std::int64_t> call::* slot;
};

/// One element of a request, in the order in which they must come.
struct field {
    std::string_view element;
    bool mandatory;
    std::variant<digits, identifiers, identifier, text, date, number> kind;
};

/// One service, below one path and in one namespace.
struct area {
    std::string_view name; ///< of the WSDL file too
    std::string_view path;
    std::string_view xml_namespace;
};

/// Where the result of an operation stands in its answer, below the status.
enum class result_shape { none, subscriptions, boxes_of_card, cards_of_box };

/// One operation: element `NAME` with one child `NAMERequest`, answered by an element `NAMEResponse`.
struct operation {
    command_type command;
    std::string_view name;
    const simulator::area* area;
    std::span<const field> fields;
    result_shape result;
};

/// The namespace of what stands in an answer.
inline constexpr std::string_view answer_namespace = "http://www.conax.com/cas/xsd/common-types/v1";

[[nodiscard]] std::span<const area> areas();

/// The 13, in the order of command_types.
[[nodiscard]] std::span<const operation> operations();

/// nullptr where there is none.
[[nodiscard]] const area* area_at(std::string_view path);
[[nodiscard]] const operation* operation_of(const area& a, std::string_view name);

} // namespace contego::simulator
