# bash completion for patchbay: commands, their options, and files. tests/packages_test.py compares it
# with what each --help prints.

_patchbay() {
  local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} words
  COMPREPLY=()
  case $COMP_CWORD:${COMP_WORDS[1]}:$last in
    1:*) words='render verify inspect import gather -h --help --version' ;;
    *:render:-o | *:render:--output) words='table json yaml' ;;
    *:render:--vm) return ;;  # it stands in the files
    *:verify:-o | *:verify:--output) words='table json yaml' ;;
    *:verify:--domain) words=$(virsh -q list --name 2>/dev/null) ;;
    *:verify:--connect | *:verify:--timeout | *:verify:--ping) return ;;
    *:import:-o | *:import:--output) words='table json yaml' ;;
    *:import:--guest-config) words='keep cloud-init seed dhcp' ;;
    *:import:--bridge-plugin) words='cnv-bridge bridge' ;;
    *:import:--output-dir) compopt -o dirnames; return ;;
    *:inspect:-o | *:inspect:--output) words='table json yaml' ;;
    *:inspect:--netns | *:inspect:--node-netns) words=$(ip netns list 2>/dev/null | cut -d' ' -f1) ;;
    *:gather:-n | *:gather:--namespace) return ;;  # only the cluster knows
    *:-m | *:--map | *:-f | *:--filename | *:--vmi | *:--record | *:--pod | *:--network-info | *:--network-status | *:--plan | *:--addresses | *:--routes | \
      *:--dns | *:--search | *:--console | *:--transcript | *:--credentials | *:--svg | *:-o | *:--output | *:--kubectl) compopt -o default; return ;;
    *:render:*) words='-h --help -f --filename --vmi --vm --pod --record --network-info --network-status --check -o --output' ;;
    *:verify:*) words='-h --help -f --vmi --pod --network-info --network-status --plan --console --domain
                       --connect --agent --transcript --addresses --routes --dns --search --credentials --timeout --ping
                       --ping-gateways --print-commands -o --output' ;;
    *:inspect:*) words='-h --help --netns --node-netns -f --vmi --svg -o --output' ;;
    *:import:*)
      [[ $word == -* ]] || { compopt -o default; return; }
      words='-h --help --list --suggest-map -m --map --guest-config -o --output --output-dir --force --patch
             --bridge-plugin' ;;
    *:gather:*) words='-h --help -n --namespace -o --output --kubectl' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _patchbay patchbay
