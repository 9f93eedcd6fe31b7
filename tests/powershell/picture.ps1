# Draws a run in a terminal as SVG, for docs/run.svg.

$script:Column = 8.4
$script:Row = 19
# The colours that PowerShell uses, by their SGR numbers.
$script:Colours = @{ 31 = '#ff7b72'; 32 = '#7ee787'; 33 = '#e3b341'; 36 = '#79c0ff' }

# Returns the SVG of lines of text with colours as a terminal receives them.
function ConvertTo-Svg {
    param([string[]] $Line, [int] $Width)
    $texts = [Collections.Generic.List[string]]::new()
    $y = 44
    foreach ($one in $Line) {
        $at, $colour, $weight = 0, '#e6edf3', 'normal'
        foreach ($part in [regex]::Matches($one, '\x1b\[(?<codes>[\d;]*)m|(?<text>[^\x1b]+)')) {
            if ($part.Groups['codes'].Success) {
                foreach ($code in $part.Groups['codes'].Value.Split(';')) {
                    if ($code -in '', '0') { $colour, $weight = '#e6edf3', 'normal' }
                    if ($code -eq '1') { $weight = 'bold' }
                    if ($Colours[[int] "0$code"]) { $colour = $Colours[[int] "0$code"] }
                }
                continue
            }
            $text = $part.Groups['text'].Value
            # Several spaces would be drawn as one.
            foreach ($words in [regex]::Matches($text, '\S+( \S+)*')) {
                $start = $at + $words.Index
                $shown = $words.Value
                # The length keeps the columns straight in every font.
                $texts.Add(('<text x="{0}" y="{1}" fill="{2}" font-weight="{3}" textLength="{4}">{5}</text>' -f @(
                            [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#}', 16 + $start * $Column), $y, $colour, $weight
                            [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#}', $shown.Length * $Column)
                            [Security.SecurityElement]::Escape($shown))))
            }
            $at += $text.Length
        }
        $y += $Row
    }
    $across = [int] (32 + $Width * $Column)
    @(
        "<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"$across`" height=`"$y`" viewBox=`"0 0 $across $y`" role=`"img`">"
        '<title>Find the chats of an external user and remove the access, in PowerShell</title>'
        "<rect width=`"$across`" height=`"$y`" rx=`"8`" fill=`"#0d1117`"/>"
        '<circle cx="18" cy="16" r="5" fill="#ff5f57"/><circle cx="36" cy="16" r="5" fill="#febc2e"/><circle cx="54" cy="16" r="5" fill="#28c840"/>'
        '<g font-family="ui-monospace, Menlo, Consolas, ''DejaVu Sans Mono'', monospace" font-size="14">'
        $texts
        '</g>'
        '</svg>'
    ) -join "`n"
}

# Runs commands and returns what a console of this width shows: the prompts, the commands and their
# output.
function Get-ConsoleLine {
    param([string[]] $Command, [int] $Width)
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'Ansi'
    try {
        foreach ($one in $Command) {
            "$([char] 27)[36mPS>$([char] 27)[0m $one"
            $shown = . ([scriptblock]::Create($one)) *>&1
            $shown | Where-Object { $_ -is [Management.Automation.WarningRecord] } | ForEach-Object {
                # At the end of a word, as a reader would wrap it.
                "WARNING: $_" -replace "(.{1,$($Width - 1)})(?: +|`$)", "`$1`n" -split "`n" | Where-Object { $_ } | ForEach-Object { "$([char] 27)[33;1m$_$([char] 27)[0m" }
            }
            $text = $shown | Where-Object { $_ -isnot [Management.Automation.InformationRecord] -and $_ -isnot [Management.Automation.WarningRecord] } | Out-String -Width $Width
            if ($text.Trim()) { $text.Trim("`r", "`n") -split '\r?\n' | ForEach-Object TrimEnd }
            ''
        }
    } finally {
        $PSStyle.OutputRendering = $rendering
    }
}
