<?php
// A CAS made from the WSDL in GATEWAY_WSDL: SoapServer reads every call, and this file only notes it in GATEWAY_CALLS and answers.
// Started by: php -S ADDRESS server.php. GET /calls returns the calls as SoapServer read them.

ini_set('soap.wsdl_cache_enabled', '0');

// The contents of an answer besides its result, by operation.
const ANSWERS = [
    'queryProducts' => ['products' => [['ProductCode' => '1111', 'ValidFrom' => '2030-01-01T00:00:00Z'], ['ProductCode' => '2222']]],
    'getPairedDevices' => ['IsPaired' => true, 'boxes' => ['0012345678']],
    'getPairedCards' => ['IsPaired' => true, 'cards' => ['01000000017']],
];

class Gateway
{
    public function __call(string $operation, array $arguments): array
    {
        $request = $arguments[0];
        file_put_contents(getenv('GATEWAY_CALLS'), json_encode([$operation, $request]) . "\n", FILE_APPEND);
        $card = $request->SmartCardNo ?? '';
        if ($card === '01000000998') throw new SoapFault('Client', 'There is no such card.');
        if ($card === '01000000999') return ['ResultCode' => 17, 'ResultText' => 'The card is locked.'];
        $more = ANSWERS[$operation] ?? [];
        // In a literal answer, a list is an object with items.
        if (getenv('GATEWAY_USE') === 'literal')
            $more = array_map(fn ($one) => is_array($one) ? ['item' => $one] : $one, $more);
        return ['ResultCode' => 0, 'ResultText' => 'Done', 'Reference' => "php-$operation"] + $more;
    }
}

if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    header('Content-Type: application/json');
    echo '[' . implode(',', file_exists(getenv('GATEWAY_CALLS')) ? file(getenv('GATEWAY_CALLS')) : []) . ']';
    return;
}
$server = new SoapServer(getenv('GATEWAY_WSDL'));
$server->setObject(new Gateway());
$server->handle();
