# Writes the default binding, the file BINDING, as C++ text to OUTPUT. Run as a script.
include("${CMAKE_CURRENT_LIST_DIR}/raw_literal.cmake")
file(READ "${BINDING}" xml)
raw_literal(literal "${xml}")
file(WRITE "${OUTPUT}" "#include \"config/load_binding.hpp\"\n\nnamespace contego::daemon {\n\nstd::string_view default_binding() {\n    return ${literal};\n}\n\n} // namespace contego::daemon\n")
