# Writes the files of sql/ named in MIGRATIONS, FUNCTIONS and VIEWS as C++ tables to OUTPUT. Run as a script.
cmake_minimum_required(VERSION 3.25) # for its policies
include("${CMAKE_CURRENT_LIST_DIR}/raw_literal.cmake")

set(steps "")
separate_arguments(MIGRATIONS)
foreach(file IN LISTS MIGRATIONS)
    get_filename_component(name "${file}" NAME_WE)
    string(REGEX MATCH "^0*([0-9]+)_(.+)$" matched "${name}")
    if(NOT matched)
        message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
    endif()
    set(version "${CMAKE_MATCH_1}")
    set(title "${CMAKE_MATCH_2}")
    file(READ "${file}" sql)
    raw_literal(literal "${sql}")
    set(compatible_from "${version}")
    if(sql MATCHES "^-- compatible_from: ([0-9]+)\n")
        set(compatible_from "${CMAKE_MATCH_1}")
    endif()
    string(APPEND steps "        {${version}, \"${title}\", ${literal}, ${compatible_from}},\n")
endforeach()

# definitions_of(RESULT KIND FILE ...) sorts the files by name. A file with the line `-- after: NAME ...` comes
# after the files that the line names.
function(definitions_of result kind)
    set(rows "")
    set(placed "")
    set(waiting ${ARGN})
    while(waiting)
        set(left "")
        foreach(file IN LISTS waiting)
            get_filename_component(name "${file}" NAME_WE)
            file(READ "${file}" sql)
            set(before "")
            if(sql MATCHES "^-- after: ([a-z_ ]+)\n")
                string(REPLACE " " ";" before "${CMAKE_MATCH_1}")
            endif()
            list(REMOVE_ITEM before ${placed})
            if(before)
                list(APPEND left "${file}")
                continue()
            endif()
            raw_literal(literal "${sql}")
            string(APPEND rows "        {\"${kind}\", \"${name}\", ${literal}},\n")
            list(APPEND placed "${name}")
        endforeach()
        if(left STREQUAL waiting)
            message(FATAL_ERROR "a line `-- after:` names no file, or the lines form a circle, in: ${left}")
        endif()
        set(waiting "${left}")
    endwhile()
    set(${result} "${rows}" PARENT_SCOPE)
endfunction()

separate_arguments(FUNCTIONS)
separate_arguments(VIEWS)
definitions_of(functions function ${FUNCTIONS})
definitions_of(views view ${VIEWS})
file(WRITE "${OUTPUT}" "#include \"schema/schema_text.hpp\"

namespace contego::queue {

const schema_text& embedded_schema() {
    static const schema_text all{{
${steps}    }, {
${functions}${views}    }};
    return all;
}

} // namespace contego::queue
")
