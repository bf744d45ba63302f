# Writes two files as C++ text to OUTPUT: the list of the schema's objects (CATALOG) and the statement that reads them (STATEMENT).
# Run as a script.
include("${CMAKE_CURRENT_LIST_DIR}/raw_literal.cmake")
file(READ "${CATALOG}" text)
raw_literal(catalog "${text}")
file(READ "${STATEMENT}" text)
raw_literal(statement "${text}")
file(WRITE "${OUTPUT}" "#include \"schema/catalog.hpp\"\n\n// ISO C++ asks compilers for 64 KiB only.\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\nnamespace contego::queue {\n\nstd::string_view embedded_catalog() {\n    return ${catalog};\n}\n\nconst char* read_catalog_sql() {\n    return ${statement};\n}\n\n} // namespace contego::queue\n")
