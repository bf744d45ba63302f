#include "support/private_cluster.hpp"

#include "schema/migrations.hpp"

#include <pqxx/pqxx>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace contego::testing {
namespace {

const std::string script = CONTEGO_SOURCE_DIR "/script/cluster";

std::string output_of(const std::string& command) {
    auto* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string output;
    std::array<char, 256> chunk{};
    while (std::fgets(chunk.data(), chunk.size(), pipe) != nullptr)
        output += chunk.data();
    if (::pclose(pipe) != 0) throw std::runtime_error(command + " failed: " + output);
    return output.substr(0, output.find('\n'));
}

std::filesystem::path new_folder() {
    std::string name = std::filesystem::temp_directory_path() / "contego-test.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
    return name;
}

} // namespace

private_cluster& private_cluster::instance() {
    static private_cluster only;
    return only;
}

private_cluster::private_cluster() : folder_(new_folder()) {
    start();
}

private_cluster::~private_cluster() {
    std::system((script + " stop " + folder_.string()).c_str());
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void private_cluster::start() {
    connection_string_ =
        output_of(script + " start " + folder_.string() + " -c fsync=off -c max_connections=50");
}

void private_cluster::restart() {
    output_of(script + " stop " + folder_.string() + " && echo stopped");
    start();
}

queue::database_options private_cluster::fresh_database() {
    const auto name = "test_" + std::to_string(++databases_);
    pqxx::connection c(connection_string_);
    pqxx::nontransaction tx(c);
    tx.exec("CREATE DATABASE " + name);
    return {connection_string_ + " dbname=" + name, "contego test"};
}

queue::database_options private_cluster::fresh_schema() {
    auto options = fresh_database();
    if (const auto refusal = queue::migrations(options).apply().refusal) throw std::runtime_error(*refusal);
    return options;
}

} // namespace contego::testing
