"""contegod-draft-binding on good, odd and broken WSDL files, and how much of a binding it drafts."""

import re

import pytest

from drafting import assignment, check, draft, placeholders
from programs import WSDL, contegod

OURS = sorted(WSDL.glob("*.wsdl"))
DEFAULT = WSDL.parent / "binding.xml"

HEAD = ('<definitions targetNamespace="urn:t" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema">')  # fmt: skip


def wsdl(types, element="t:ResetPin", more="", style="document", soap="soap"):
    """A WSDL with one operation, ResetPin."""
    part = f'element="{element}"' if style == "document" else 'type="xs:string"'
    return f"""{HEAD}{more}<types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{types}</xs:schema></types>
<message name="In"><part name="card_number" {part}/></message><message name="Out"><part name="return" {part}/></message>
<portType name="P"><operation name="ResetPin"><input message="t:In"/><output message="t:Out"/></operation></portType>
<binding name="B" type="t:P"><{soap}:binding style="{style}" transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="ResetPin"><{soap}:operation soapAction="urn:a"/><input><{soap}:body use="literal" namespace="urn:t"/></input>
<output><{soap}:body use="literal" namespace="urn:t"/></output></operation></binding>
<service name="S"><port name="P" binding="t:B"><{soap}:address location="https://cas.example:8443/ws/pin"/></port></service></definitions>"""


def element(content, name="ResetPin"):
    return f'<xs:element name="{name}"><xs:complexType><xs:sequence>{content}</xs:sequence></xs:complexType></xs:element>'


CARD = '<xs:element name="CardNumber" type="xs:string"/>'


@pytest.fixture
def drafted(tmp_path):
    """Drafts a binding from a text, and returns it with the standard error."""

    def run(text):
        file = tmp_path / "site.wsdl"
        file.write_text(text)
        done = draft(file)
        assert done.returncode == 0, done.stderr
        (tmp_path / "draft.xml").write_text(done.stdout)
        return done.stdout, done.stderr

    return run


def test_of_our_wsdl_every_operation_and_placeholder_is_right(tmp_path):
    file = tmp_path / "draft.xml"
    done = draft(*OURS, "--output", file)

    assert done.returncode == 0, done.stderr
    text, default = file.read_text(), DEFAULT.read_text()
    assert len(assignment(text)) == 13
    for code, operation in assignment(text).items():
        assert f":{operation}>" in re.search(rf'<command code="{code}".*?</command>', default, re.DOTALL)[0]
    assert placeholders(text) == placeholders(default)
    assert (contegod("check", "--binding", file).returncode, check(file, *OURS).returncode) == (0, 0)


def test_the_default_binding_agrees_with_our_wsdl():
    done = check(DEFAULT, *OURS)

    assert (done.returncode, done.stdout) == (0, "envelopes that the WSDL allows: 32, wrong: 0, refused by the binding: 0\n"), done.stdout


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("<pin:NewPin>{new_pin}</pin:NewPin>", "<pin:Pin>{new_pin}</pin:Pin>", "UPDATE_CA_PIN_TO_GIVEN_VALUE, mandatory parameters: Element 'Pin'"),
        ("<fin:PositionX>{position_x}<", "<fin:PositionX>x{position_x}<", "DISPLAY_FINGERPRINT, mandatory parameters: Element 'PositionX': 'x1'"),
        ('<aut:StartTime b:if="start_date">{start_date}', '<aut:StartTime b:if="start_date">on {start_date}', "ADD_SUBSCRIPTIONS, with start_date: "),
    ],
)
def test_check_finds_an_envelope_that_the_wsdl_does_not_allow(tmp_path, old, new, complaint):
    text = DEFAULT.read_text()
    assert text.count(old) == 1
    file = tmp_path / "site.xml"
    file.write_text(text.replace(old, new))

    done = check(file, *OURS)

    assert done.returncode == 1
    assert complaint in done.stdout


def test_check_counts_the_parameters_without_a_place_apart(tmp_path):
    file = tmp_path / "site.xml"
    file.write_text("".join(line for line in DEFAULT.read_text().splitlines(True) if "aut:StartTime" not in line))

    done = check(file, *OURS)

    assert done.returncode == 0, done.stdout
    assert "ADD_SUBSCRIPTIONS, with start_date: the binding has no place for a parameter\n" in done.stdout
    assert "envelopes that the WSDL allows: 30, wrong: 0, refused by the binding: 2" in done.stdout


def test_check_names_the_mistakes_of_a_binding(tmp_path):
    file = tmp_path / "site.xml"
    file.write_text("<binding/>")

    done = check(file, *OURS)

    assert (done.returncode, done.stdout) == (2, "") and f"{file}:1: the root must be" in done.stderr


def test_path_action_and_endpoint_come_from_the_wsdl(drafted):
    text, said = drafted(wsdl(element(CARD)))

    assert '<command code="UPDATE_CA_PIN_TO_DEFAULT_VALUE" path="/ws/pin" action="urn:a" repeat-safe="no">' in text
    assert "The endpoint of the provider: https://cas.example:8443" in text
    assert "UPDATE_CA_PIN_TO_DEFAULT_VALUE: ResetPin (sure)" in said
    assert re.search(r"QUESTION: ADD_SUBSCRIPTIONS, .*: which operation serves this command", said)


def test_soap_1_2_and_rpc(drafted, tmp_path):
    text, _ = drafted(wsdl("", style="rpc", soap="soap12"))

    assert 'soap="1.2"' in text and "http://www.w3.org/2003/05/soap-envelope" in text
    assert "<card_number>{smartcard_ca_id}</card_number>" in text and 'status="/Envelope/Body/ResetPinResponse/return"' in text
    assert check(tmp_path / "draft.xml", tmp_path / "site.wsdl").returncode == 0


def test_secrets_dates_enumerations_and_unknown_elements(drafted, tmp_path):
    kinds = '<xs:simpleType name="Kind"><xs:restriction base="xs:string"><xs:enumeration value="A"/><xs:enumeration value="B"/></xs:restriction></xs:simpleType>'
    content = (CARD + '<xs:element name="UserName" type="xs:string"/><xs:element name="Password" type="xs:string"/>'
               '<xs:element name="RequestTime" type="xs:dateTime"/><xs:element name="Kind" type="t:Kind"/>'
               '<xs:element name="Wobble" type="xs:int"/><xs:element name="Maybe" type="xs:int" minOccurs="0"/>')  # fmt: skip

    text, said = drafted(wsdl(kinds + element(content)))

    for one in ("UserName>{secret.USER}<", "Password>{secret.PASSWORD}<", "RequestTime>{now}<", "Kind>A<", "Wobble>1<"):
        assert one in text
    assert "Maybe>" not in text
    assert "which value of Kind is right: A, B?" in said and "what is the mandatory Wobble (int)?" in said
    assert check(tmp_path / "draft.xml", tmp_path / "site.wsdl").returncode == 0


def test_values_and_addresses_that_need_care_make_a_valid_draft(drafted, tmp_path):
    kind = '<xs:simpleType name="K"><xs:restriction base="xs:string"><xs:enumeration value="{a}"/><xs:enumeration value="&quot;&lt;"/></xs:restriction></xs:simpleType>'
    types = kind + element(CARD + '<xs:element name="Kind" type="t:K"/><xs:element name="We--ird" type="xs:string" fixed="{x} &amp; y"/>')

    text, said = drafted(wsdl(types).replace("urn:a", "urn:a b").replace("/ws/pin", "/ws/pin.php?service=a b&amp;x=1#top"))

    assert "Kind>{{a}}<" in text and ">{{x}} &amp; y<" in text and 'path="/ws/pin.php?service=a%20b&amp;x=1" repeat-safe' in text
    assert "its SOAPAction cannot be sent" in said
    done = check(tmp_path / "draft.xml", tmp_path / "site.wsdl")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_header_of_the_message_is_written(drafted, tmp_path):
    types = element(CARD) + element('<xs:element name="User" type="xs:string"/><xs:element name="Password" type="xs:string"/>', "Auth")
    text = wsdl(types).replace('<message name="In">', '<message name="H"><part name="auth" element="t:Auth"/></message><message name="In">')
    text = text.replace('namespace="urn:t"/></input>', 'parts="card_number"/><soap:header message="t:H" part="auth" use="literal"/></input>')

    made, _ = drafted(text)

    assert re.search(r"<soapenv:Header>\s*<n1:Auth>\s*<n1:User>\{secret.USER\}</n1:User>\s*<n1:Password>\{secret.PASSWORD\}</n1:Password>", made)
    assert check(tmp_path / "draft.xml", tmp_path / "site.wsdl").returncode == 0


def test_an_answer_without_a_status_is_a_success_by_its_name(drafted):
    types = element(CARD) + element('<xs:element name="Done" type="xs:dateTime"/>', "ResetPinResponse")
    text, _ = drafted(wsdl(types).replace('name="return" element="t:ResetPin"', 'name="return" element="t:ResetPinResponse"'))

    assert 'status="local-name(/Envelope/Body/*[1])"' in text and '<status code="ResetPinResponse" is="success"/>' in text


def with_fault(types, fault):
    """The WSDL of one operation with a fault of this element."""
    text = wsdl(types).replace('<message name="In">', f'<message name="F"><part name="fault" element="{fault}"/></message><message name="In">')
    return text.replace('<output message="t:Out"/>', '<output message="t:Out"/><fault name="Refusal" message="t:F"/>')


def test_the_code_of_a_typed_fault_becomes_the_fault_status(drafted):
    code = ('<xs:simpleType name="Code"><xs:restriction base="xs:string"><xs:enumeration value="CARD_UNKNOWN"/><xs:enumeration value="BUSY"/>'
            "</xs:restriction></xs:simpleType>")  # fmt: skip
    refusal = element('<xs:element name="Text" type="xs:string"/><xs:element name="ErrorCode" type="t:Code"/>', "Refusal")

    text, said = drafted(with_fault(code + element(CARD) + refusal, "t:Refusal"))

    assert ' fault-status="//Refusal/ErrorCode"' in text
    assert '<status code="CARD_UNKNOWN" is="rejected"/>' in text and '<status code="BUSY" is="retry"/>' in text
    assert "are the outcomes of the codes of the fault //Refusal/ErrorCode right?" in said


def test_a_fault_that_is_not_declared_costs_no_operation(drafted):
    text, said = drafted(with_fault(element(CARD), "t:Absent"))

    assert 'code="UPDATE_CA_PIN_TO_DEFAULT_VALUE"' in text and "fault-status" not in text
    assert "warning: operation ResetPin: fault Refusal: the element {urn:t}Absent is not declared in any schema" in said


def test_what_the_draft_ignores_is_a_question(drafted):
    answer = element('<xs:element name="Code" type="xs:int"/><xs:element name="MoreData" type="xs:boolean"/>', "ResetPinResponse")
    text, said = drafted(wsdl(element(CARD) + answer).replace('name="return" element="t:ResetPin"', 'name="return" element="t:ResetPinResponse"'))

    assert "<!-- QUESTION: the answer has also MoreData, which the draft ignores:" in text
    assert "UPDATE_CA_PIN_TO_DEFAULT_VALUE: the answer has also MoreData, which the draft ignores:" in said


def test_a_parameter_in_ignores_is_a_question(drafted):
    message = CARD + '<xs:element name="Message" type="xs:string"/>'
    text, said = drafted(wsdl(element(message, "SendMail"), element="t:SendMail").replace("ResetPin", "SendMail"))

    assert 'ignores="communication_queue_number"' in text
    assert "<!-- QUESTION: may communication_queue_number be left out?" in text
    assert "SEND_MAIL_MESSAGE_TO_CLIENT: may communication_queue_number be left out?" in said


def test_an_optional_parameter_in_an_attribute_is_a_question(drafted, tmp_path):
    content = CARD + '<xs:element name="ProductId" type="xs:string"/><xs:element name="EndDate" type="xs:dateTime" minOccurs="0"/>'
    types = element(content, "AddProduct").replace("</xs:sequence>", '</xs:sequence><xs:attribute name="startDate" type="xs:dateTime"/>')

    text, said = drafted(wsdl(types, element="t:AddProduct").replace("ResetPin", "AddProduct"))

    assert "{start_date}" not in text
    assert "where is the place of start_date? startDate is an attribute, which cannot be left out alone" in said
    done = check(tmp_path / "draft.xml", tmp_path / "site.wsdl")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "envelopes that the WSDL allows: 2, wrong: 0, refused by the binding: 2"), done.stdout + done.stderr


def test_check_takes_a_part_with_prefixes_that_only_the_envelope_declares(tmp_path):
    text = DEFAULT.read_text()
    file = tmp_path / "site.xml"
    file.write_text(text.replace("<outcomes>", '<part name="head"><soapenv:Header/></part><outcomes>', 1).replace("<soapenv:Header/>\n", '<b:part name="head"/>\n'))

    done = check(file, *OURS)

    assert (done.returncode, done.stdout) == (0, "envelopes that the WSDL allows: 32, wrong: 0, refused by the binding: 0\n"), done.stderr


def test_of_a_choice_the_alternative_with_a_place_is_taken(drafted):
    choice = '<xs:choice><xs:element name="Anything" type="xs:int"/><xs:element name="CardNumber" type="xs:string"/></xs:choice>'

    text, _ = drafted(wsdl(element(choice)))

    assert "CardNumber>{smartcard_ca_id}<" in text and "Anything>" not in text


@pytest.mark.parametrize(
    "types",
    [
        element(CARD + '<xs:element ref="t:ResetPin" minOccurs="0"/>'),  # an element in itself
        '<xs:complexType name="Tree"><xs:sequence><xs:element name="CardNumber" type="xs:string"/><xs:element name="sub" type="t:Tree" minOccurs="0"/>'
        '<xs:element name="other" type="t:Tree" minOccurs="0"/></xs:sequence></xs:complexType><xs:element name="ResetPin" type="t:Tree"/>',
        '<xs:group name="G"><xs:sequence><xs:element name="CardNumber" type="xs:string"/><xs:group ref="t:G"/></xs:sequence></xs:group>'
        '<xs:element name="ResetPin"><xs:complexType><xs:group ref="t:G"/></xs:complexType></xs:element>',
        element(CARD + '<xs:element name="a" type="t:Absent" minOccurs="0"/><xs:any minOccurs="0"/>'),
    ],
    ids=["element", "type", "group", "absent"],
)
def test_types_that_contain_themselves_or_do_not_exist_do_no_harm(drafted, types):
    text, _ = drafted(wsdl(types))

    assert "CardNumber>{smartcard_ca_id}<" in text


def test_files_that_import_each_other_are_read_once(tmp_path):
    inner = wsdl(element(CARD), more='<import namespace="urn:t" location="a.wsdl"/>')
    schema = '<xs:include schemaLocation="c.xsd"/><xs:import namespace="urn:x" schemaLocation="c.xsd"/>'
    (tmp_path / "a.wsdl").write_text(f'{HEAD}<import namespace="urn:t" location="b.wsdl"/></definitions>')
    (tmp_path / "b.wsdl").write_text(inner.replace(element(CARD), schema))
    (tmp_path / "c.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t">'
                                    '<xs:include schemaLocation="c.xsd"/>' + element(CARD) + "</xs:schema>")  # fmt: skip

    done = draft(tmp_path / "a.wsdl")

    assert done.returncode == 0, done.stderr
    assert "CardNumber>{smartcard_ca_id}<" in done.stdout


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/passwd">]>'
DEEP = "".join(f'<xs:complexType name="T{n}"><xs:sequence>' + "".join(f'<xs:element name="e{m}" type="t:T{n + 1}"/>' for m in range(9))
               + "</xs:sequence></xs:complexType>" for n in range(15))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Document is empty"),
        ("<definitions", "site.wsdl: "),
        ("\x00\x01", "site.wsdl: "),
        ("<html/>", "the root must be definitions of WSDL 1.1, not html"),
        ('<description xmlns="http://www.w3.org/ns/wsdl"/>', "the root must be definitions of WSDL 1.1"),
        (f"{BOMB}<definitions>&b;&e;</definitions>", "a DTD is not allowed"),
        (f"{HEAD}</definitions>", "no operation with a SOAP binding"),
        (wsdl(""), "operation ResetPin: the element {urn:t}ResetPin is not declared in any schema"),
        (wsdl(element(CARD)).replace('type="t:P"', 'type="t:Absent"'), "port P: the portType t:Absent is not declared"),
        (wsdl(element(CARD)).replace('message="t:In"', 'message="no:In"'), "operation ResetPin: the message no:In is not declared"),
        (wsdl('<xs:import namespace="urn:x" schemaLocation="absent.xsd"/>'), "absent.xsd: No such file or directory"),
        (wsdl('<xs:include schemaLocation="https://cas.example/x.xsd"/>'), "https://cas.example/x.xsd is not loaded, because nothing is fetched"),
        (wsdl(DEEP + '<xs:element name="ResetPin" type="t:T0"/>'), "have more than 20000 elements"),
        (wsdl('<xs:element name="ResetPin" type="t:A"/><xs:complexType name="A"><xs:choice/></xs:complexType>'), ""),
    ],
    ids=range(14),
)
def test_a_broken_wsdl_is_refused_with_a_reason(tmp_path, text, said):
    file = tmp_path / "site.wsdl"
    file.write_text(text)

    done = draft(file)

    assert done.returncode == (2 if said else 0), done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr and "root:" not in done.stderr


def test_an_existing_file_is_not_replaced(tmp_path):
    file = tmp_path / "site.xml"
    file.write_text("mine")

    done = draft(*OURS, "--output", file)

    assert (done.returncode, file.read_text()) == (2, "mine")
    assert f"{file}: File exists" in done.stderr


def test_help():
    done = draft("--help")

    assert done.returncode == 0 and "Exit status: 0 done, 1 " in done.stdout
