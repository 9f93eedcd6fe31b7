# Measures in turn, in one warm process: a removal with the module, the same request with
# Invoke-RestMethod, and the same request over a socket, which is the response time of the server.
param([string] $Module, [string] $Graph, [string] $TokenFile)

$ErrorActionPreference = 'Stop'
$rounds = 12
$each = 50

Import-Module $Module
$plain = [IO.File]::ReadAllText($TokenFile)
$token = [securestring]::new()
$plain.ToCharArray() | ForEach-Object { $token.AppendChar($_) }
Connect-ChatAccess -AccessToken $token -GraphEndpoint $Graph

$tenant = (Get-ChatAccessContext).TenantId
$user = 'd864e79f-0000-4000-8000-0eeb4d61fdc2'
$body = @{ user = @{ '@odata.type' = 'microsoft.graph.teamworkUserIdentity'; id = $user; tenantId = $tenant } } | ConvertTo-Json -Compress
$headers = @{ Authorization = "Bearer $plain" }
$number = 0
$targets = { foreach ($n in 1..$each) { $script:number++; [pscustomobject] @{ TenantId = $tenant; UserId = $user; ThreadId = '19:{0:x32}@thread.v2' -f $script:number } } }

$uri = [uri] $Graph
$client = [Net.Sockets.TcpClient]::new($uri.Host, $uri.Port)
$client.NoDelay = $true
$stream = $client.GetStream()
$response = [byte[]]::new(4096)

function Measure-Each {
    param([object[]] $Target, [scriptblock] $Work)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    . $Work
    $watch.Elapsed.TotalMilliseconds / $Target.Count
}

$taken = @{ removal = @(); rest = @(); response = @() }
foreach ($round in 1..$rounds) {
    $target = . $targets
    $taken.removal += Measure-Each $target { $null = $target | Remove-ChatAccessForUser -RequestsPerSecond 10000 }
    $target = . $targets
    $taken.rest += Measure-Each $target {
        foreach ($one in $target) {
            $null = Invoke-RestMethod -Uri "$Graph/v1.0/chats/$($one.ThreadId)/removeAllAccessForUser" -Method Post -Headers $headers -ContentType 'application/json' -Body $body
        }
    }
    $target = . $targets
    $requests = foreach ($one in $target) {
        $head = "POST /v1.0/chats/$([uri]::EscapeDataString($one.ThreadId))/removeAllAccessForUser HTTP/1.1`r`nHost: $($uri.Authority)`r`nAuthorization: Bearer $plain`r`nContent-Type: application/json`r`nContent-Length: $($body.Length)`r`n`r`n"
        , [Text.Encoding]::ASCII.GetBytes($head + $body)
    }
    $taken.response += Measure-Each $target {
        foreach ($request in $requests) {
            $stream.Write($request, 0, $request.Length)
            $null = $stream.Read($response, 0, $response.Length)
        }
    }
}
foreach ($name in $taken.Keys) {
    # The first two rounds are for warming up.
    $sorted = $taken[$name][2..($rounds - 1)] | Sort-Object
    "$name $($sorted[[int] ($sorted.Count / 2)])"
}
