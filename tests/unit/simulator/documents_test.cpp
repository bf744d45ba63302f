#include "simulator/documents.hpp"
#include "simulator/operations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace contego::simulator {
namespace {

using testing::HasSubstr;

TEST(documents, every_area_has_a_wsdl_with_the_address_in_it) {
    const documents d;

    for (const auto& a : areas()) {
        const auto text = d.wsdl(a.name, "https://cas.example:8443");
        ASSERT_TRUE(text) << a.name;
        EXPECT_THAT(
            *text,
            HasSubstr("<soap:address location=\"https://cas.example:8443" + std::string(a.path) + "\"/>"));
    }
}

TEST(documents, every_operation_is_in_the_wsdl_of_its_area) {
    const documents d;

    for (const auto& o : operations())
        EXPECT_THAT(d.wsdl(o.area->name, "http://x").value_or(""),
                    HasSubstr("<wsdl:operation name=\"" + std::string(o.name) + "\">"));
}

TEST(documents, the_embedded_documents_equal_those_in_config) {
    const documents built_in;
    const documents directory(CONTEGO_SOURCE_DIR "/config/wsdl");

    for (const auto* file : {"common-types.xsd", "pairing.xsd", "pin.wsdl"})
        EXPECT_EQ(built_in.schema(file), directory.schema(file)) << file;
}

TEST(documents, an_absent_file_is_not_found) {
    const documents d;

    EXPECT_EQ(d.schema("../binding.xml"), std::nullopt);
    EXPECT_EQ(d.wsdl("weather", "http://x"), std::nullopt);
}

TEST(documents, a_directory_without_a_wsdl_is_refused) {
    EXPECT_THROW(documents("/nowhere/at/all"), std::runtime_error);
    EXPECT_THROW(documents(CONTEGO_SOURCE_DIR "/cmake"), std::runtime_error);
}

} // namespace
} // namespace contego::simulator
