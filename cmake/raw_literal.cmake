# raw_literal(RESULT TEXT) makes a C++ string literal of TEXT. Standard C++ guarantees 65,535 characters for a literal.
# A longer text becomes several literals, which the compiler joins.
function(raw_literal result text)
    string(LENGTH "${text}" length)
    set(literal "")
    set(begin 0)
    while(begin LESS length)
        string(SUBSTRING "${text}" ${begin} 16000 piece)
        string(APPEND literal "R\"~raw~(${piece})~raw~\"\n")
        math(EXPR begin "${begin} + 16000")
    endwhile()
    set(${result} "${literal}" PARENT_SCOPE)
endfunction()
