#include <contego/value.hpp>

#include <gtest/gtest.h>

namespace contego {
namespace {

TEST(value, a_default_value_is_null) {
    const value v;

    EXPECT_TRUE(v.is_null());
    EXPECT_EQ(v.text(), nullptr);
}

TEST(value, each_kind_is_read_as_itself_only) {
    const value v = 7;

    ASSERT_NE(v.integer(), nullptr);
    EXPECT_EQ(*v.integer(), 7);
    EXPECT_EQ(v.boolean(), nullptr);
    EXPECT_EQ(v.real(), nullptr);
    EXPECT_EQ(v.text(), nullptr);
    EXPECT_EQ(v.items(), nullptr);
    EXPECT_EQ(v.members(), nullptr);
}

TEST(value, text_is_text_and_not_a_boolean) {
    const char* text = "01";

    EXPECT_EQ(*value(text).text(), "01");
    EXPECT_EQ(*value(std::string_view(text)).text(), "01");
    EXPECT_NE(value(true).boolean(), nullptr);
}

TEST(value, an_integer_is_not_the_real_of_the_same_size) {
    EXPECT_NE(value(1), value(1.0));
}

TEST(value, equality_goes_all_the_way_down) {
    const auto made = [](int leaf) {
        return value(value::object{{"a", value::list{1, value::object{{"b", leaf}}}}});
    };

    EXPECT_EQ(made(2), made(2));
    EXPECT_NE(made(2), made(3));
}

TEST(value, a_member_is_found_by_name_or_not_at_all) {
    const value v = value::object{{"a", 1}, {"n", {}}};

    ASSERT_NE(v.find("a"), nullptr);
    EXPECT_EQ(*v.find("a"), value(1));
    ASSERT_NE(v.find("n"), nullptr);
    EXPECT_TRUE(v.find("n")->is_null());
    EXPECT_EQ(v.find("b"), nullptr);
}

TEST(value, a_value_that_is_not_an_object_has_no_members) {
    EXPECT_EQ(value().find("a"), nullptr);
    EXPECT_EQ(value("a").find("a"), nullptr);
    EXPECT_EQ(value(value::list{"a"}).find("a"), nullptr);
}

} // namespace
} // namespace contego
