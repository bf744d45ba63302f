#pragma once

#include "diagnosis/examination.hpp"
#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <vector>

namespace contego::queue {

// GoogleTest prints an entry with this operator.
inline std::ostream& operator<<(std::ostream& out, const catalog_entry& e) {
    return out << e.kind << ' ' << e.name << ' ' << e.definition;
}

} // namespace contego::queue

namespace contego::testing {

class examination : public queue_fixture {
protected:
    queue::catalog_drift drift() {
        return queue::compare(queue::parse_catalog(queue::embedded_catalog()), looks_.catalog());
    }

    queue::table_stats table(const std::string& name) {
        for (const auto& t : looks_.vacuum().tables)
            if (t.name == name) return t;
        ADD_FAILURE() << "there is no table " << name;
        return {};
    }

    std::vector<std::string> missing_rights(const std::string& login) {
        std::vector<std::string> all;
        for (const auto& r : queue::examination(as(login)).rights())
            if (!r.granted) all.push_back(r.what + " ON " + r.on);
        return all;
    }

    [[nodiscard]] queue::database_options as(const std::string& login) const {
        return {database_.connection_string + " user=" + login, "contego test"};
    }

    /// Creates a login with only these roles. A login belongs to the whole cluster.
    void make_login(const std::string& name, const std::string& roles) {
        sql("DROP ROLE IF EXISTS " + name);
        sql("CREATE ROLE " + name + " LOGIN IN ROLE " + roles);
    }

    queue::examination looks_{database_};
};

} // namespace contego::testing
